import { flux, fluxExpression } from '@influxdata/influxdb-client'
import { HeadraceError } from '../../../engine/errors.ts'
import { limits } from '../../../engine/limits.ts'
import type { SeriesAnswer, SeriesPoint, SeriesQuery } from '../../../engine/stores/series-store.ts'
import type { InfluxClient } from '../client.ts'
import type { FluxRow } from './flux.ts'
import { askFlux } from './flux.ts'
import type { SeriesShape } from './shape.ts'
import { FIRST_TIME, LAST_TIME, shapeOf } from './shape.ts'

/** The latest points of a series that the query asks for. */
export async function querySeries(client: InfluxClient, query: SeriesQuery): Promise<SeriesAnswer> {
  const { series, where = {}, limit = limits.seriesPoints } = query
  const shape = await shapeOf(client, series)
  const unknown = Object.keys(where).find(tag => !shape.tags.includes(tag))
  if (unknown !== undefined) {
    const message = `series "${series}" has no tag "${unknown}"; its tags: ${shape.tags.join(', ')}`
    throw new HeadraceError('HR_SERIES_UNKNOWN', message)
  }
  const rows = isEmpty(query)
    ? []
    : await askFlux(client, fluxFor(client.options.bucket, query, shape, limit))
  return {
    ...shape,
    points: rows
      .slice(0, limit)
      .reverse()
      .map(row => pointOf(row, shape)),
    isCut: rows.length > limit,
  }
}

function isEmpty({ from = FIRST_TIME, to = LAST_TIME }: SeriesQuery): boolean {
  return Math.max(from, FIRST_TIME) >= Math.min(to, LAST_TIME)
}

/** One point more than is wanted, which shows whether there are more. Each series gives no more than that either. */
function fluxFor(
  bucket: string,
  { series, from = FIRST_TIME, to = LAST_TIME, where = {} }: SeriesQuery,
  { tags }: SeriesShape,
  limit: number,
) {
  const [start, stop] = [new Date(Math.max(from, FIRST_TIME)), new Date(Math.min(to, LAST_TIME))]
  const conditions = Object.entries(where).map(([tag, value]) =>
    value === '' ? flux`not exists r[${tag}]` : flux`r[${tag}] == ${value}`,
  )
  const wanted = [flux`r._measurement == ${series}`, ...conditions].join(' and ')
  return flux`from(bucket: ${bucket})
    |> range(start: ${start}, stop: ${stop})
    |> filter(fn: (r) => ${fluxExpression(wanted)})
    |> tail(n: ${limit + 1})
    |> drop(columns: ["_start", "_stop", "_measurement"])
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> group()
    |> sort(columns: ${['_time', ...tags]}, desc: true)
    |> limit(n: ${limit + 1})`
}

function pointOf(row: FluxRow, shape: SeriesShape): SeriesPoint {
  const found = <T>(names: readonly string[], as: (value: FluxRow[string]) => T) =>
    Object.fromEntries(names.filter(name => name in row).map(name => [name, as(row[name])]))
  return {
    time: Number(row._time),
    tags: found(shape.tags, String),
    values: found(shape.values, value => value),
  }
}
