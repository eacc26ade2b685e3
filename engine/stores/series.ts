import type { Schema } from '../batch/schema.ts'
import { HeadraceError } from '../errors.ts'

export interface SeriesOptions<T> {
  /** Columns that tell one series of points from another; the others are its values. */
  readonly tags?: readonly (keyof T & string)[]
  /** The column with a point's time; without it, the row's event time. */
  readonly time?: keyof T & string
  readonly description?: string
}

/** A time series as a job names it. A point is known by its tags and time: writing it again changes nothing. */
export interface Series<T = unknown> {
  readonly name: string
  readonly schema: Schema<T>
  readonly tags: readonly string[]
  readonly time: string | null
  readonly description: string | null
  readonly $store: 'series'
}

const tagKinds = ['string', 'enum', 'boolean', 'int', 'long', 'bigint']
const valueKinds = [...tagKinds, 'float', 'double', 'decimal', 'timestamp']

export function series<T>(
  name: string,
  schema: Schema<T>,
  options: SeriesOptions<NoInfer<T>> = {},
): Series<T> {
  const { tags = [], time = null, description = null } = options
  const wrong = (message: string) => new HeadraceError('HR_CONFIG_INVALID', `series "${name}": ${message}`)
  if (!/^[a-zA-Z0-9._-]{1,100}$/.test(name)) throw wrong('a name is 1 to 100 of a-z A-Z 0-9 . _ -')
  for (const column of time === null ? tags : [...tags, time]) {
    if (!(column in schema.fields)) {
      throw wrong(`there is no column "${column}"; ${schema.name} has ${schema.names.join(', ')}`)
    }
  }
  if (time !== null && schema.fields[time]?.kind !== 'timestamp') throw wrong(`"${time}" is no timestamp`)
  const values = schema.names.filter(column => !tags.includes(column as never) && column !== time)
  if (values.length === 0) throw wrong('it has no values: all columns are tags or its time')
  for (const column of schema.names) {
    const allowed = tags.includes(column as never) ? tagKinds : valueKinds
    const { kind } = schema.fields[column] ?? { kind: 'none' }
    if (!allowed.includes(kind)) {
      throw wrong(`the column "${column}" is of kind ${kind}; allowed: ${allowed.join(', ')}`)
    }
  }
  return { name, schema, tags, time, description, $store: 'series' }
}

export function isSeries(value: unknown): value is Series {
  return typeof value === 'object' && value !== null && '$store' in value && value.$store === 'series'
}

/** A series as the engine works with it. */
export interface SeriesSpec extends Series {
  readonly kind: 'series'
}

export function seriesSpec(of: Series): SeriesSpec {
  return { ...of, kind: 'series' }
}
