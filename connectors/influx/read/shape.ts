import { flux } from '@influxdata/influxdb-client'
import { HeadraceError } from '../../../engine/errors.ts'
import type { InfluxClient } from '../client.ts'
import { askFlux } from './flux.ts'

/** Before and behind all times that InfluxDB has. */
export const FIRST_TIME = Date.UTC(1677, 8, 21, 0, 12, 44)
export const LAST_TIME = Date.UTC(2262, 3, 11, 23, 47, 16)

export interface SeriesShape {
  readonly tags: readonly string[]
  readonly values: readonly string[]
}

/** The names of a series' tags and values, in their order. */
export async function shapeOf(client: InfluxClient, series: string): Promise<SeriesShape> {
  const { bucket } = client.options
  const start = new Date(FIRST_TIME)
  const tags = await names(
    client,
    flux`import "influxdata/influxdb/schema"
      schema.measurementTagKeys(bucket: ${bucket}, measurement: ${series}, start: ${start})`,
  )
  const values = await names(
    client,
    flux`import "influxdata/influxdb/schema"
      schema.measurementFieldKeys(bucket: ${bucket}, measurement: ${series}, start: ${start})`,
  )
  if (values.length === 0) throw new HeadraceError('HR_SERIES_UNKNOWN', `there is no series "${series}"`)
  // Its own columns stand among the tags.
  return { tags: tags.filter(name => !name.startsWith('_')), values }
}

export async function names(client: InfluxClient, query: ReturnType<typeof flux>): Promise<string[]> {
  const rows = await askFlux(client, query)
  return rows.map(({ _value }) => String(_value)).toSorted()
}
