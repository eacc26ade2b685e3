import type { Field, Schema } from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { SeriesSpec } from '../../engine/stores/series.ts'
import type {
  SeriesAnswer,
  SeriesListing,
  SeriesPoint,
  SeriesQuery,
  SeriesStore,
} from '../../engine/stores/series-store.ts'
import type { StoreRows, StoreWriter } from '../../engine/stores/stores.ts'

type Row = Readonly<Record<string, unknown>>

/** Time series in memory: for tests. */
export class MemorySeries implements SeriesStore {
  /** By name, each point under its tags and time. */
  readonly points = new Map<string, Map<string, Row>>()
  private readonly specs = new Map<string, SeriesSpec>()

  async openWriter(spec: SeriesSpec, schema: Schema): Promise<StoreWriter> {
    this.specs.set(spec.name, spec)
    const points = this.points.getOrInsertComputed(spec.name, () => new Map())
    const write = (rows: StoreRows) => {
      for (let row = 0; row < rows.rows; row++) {
        const point = rowAt(schema, rows, row)
        const time = spec.time === null ? rows.time[row] : point[spec.time]
        const key = JSON.stringify([...spec.tags.map(tag => String(point[tag])), time])
        points.set(key, { time, ...point })
      }
    }
    return { write, flush: async () => [], close: () => {} }
  }

  async query({ series, from, to, where = {}, limit }: SeriesQuery): Promise<SeriesAnswer> {
    const spec = this.known(series)
    const unknown = Object.keys(where).find(tag => !spec.tags.includes(tag))
    if (unknown !== undefined) {
      throw new HeadraceError('HR_SERIES_UNKNOWN', `series "${series}" has no tag "${unknown}"`)
    }
    const all = [...(this.points.get(series)?.values() ?? [])]
      .map(row => pointOf(spec, row))
      .filter(
        ({ time }) => time >= (from ?? Number.NEGATIVE_INFINITY) && time < (to ?? Number.POSITIVE_INFINITY),
      )
      .filter(({ tags }) => Object.entries(where).every(([tag, value]) => tags[tag] === value))
      .sort((a, b) => a.time - b.time || (tagText(a) < tagText(b) ? -1 : 1))
    const points = limit === undefined ? all : all.slice(Math.max(0, all.length - limit))
    return { tags: spec.tags, values: valueNames(spec), points, isCut: points.length < all.length }
  }

  async list(): Promise<readonly SeriesListing[]> {
    const specs = [...this.specs.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    return specs.map(spec => {
      const times = [...(this.points.get(spec.name)?.values() ?? [])].map(({ time }) => Number(time))
      const [oldest, newest] = times.length === 0 ? [null, null] : [Math.min(...times), Math.max(...times)]
      const { name, tags } = spec
      return { name, tags, values: valueNames(spec), points: times.length, oldest, newest }
    })
  }

  async close(): Promise<void> {}

  private known(name: string): SeriesSpec {
    const spec = this.specs.get(name)
    if (spec !== undefined) return spec
    throw new HeadraceError('HR_SERIES_UNKNOWN', `there is no series "${name}"`)
  }
}

function rowAt(schema: Schema, { columns }: StoreRows, row: number): Row {
  const values = columns.map((column, index) =>
    readValue(schema.fields[schema.names[index]] as Field, column, row),
  )
  return Object.fromEntries(schema.names.map((name, index) => [name, values[index]]))
}

function valueNames({ schema, tags, time }: SeriesSpec): string[] {
  return schema.names.filter(name => !tags.includes(name) && name !== time)
}

function pointOf(spec: SeriesSpec, row: Row): SeriesPoint {
  const tags = spec.tags.flatMap(tag => {
    const text = row[tag] === null ? '' : String(row[tag])
    return text === '' ? [] : [[tag, text] as const]
  })
  const values = valueNames(spec).flatMap(name => (row[name] === null ? [] : [[name, row[name]] as const]))
  return {
    time: Number(row.time),
    tags: Object.fromEntries(tags),
    values: Object.fromEntries(values) as SeriesPoint['values'],
  }
}

function tagText({ tags }: SeriesPoint): string {
  return JSON.stringify(tags)
}
