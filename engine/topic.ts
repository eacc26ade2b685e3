import type { Schema } from './batch/schema.ts'
import { HeadraceError } from './errors.ts'
import { limits } from './limits.ts'
import type { Duration } from './time/duration.ts'
import { durationMs } from './time/duration.ts'

export type Format = 'json' | 'avro'

/** Options of a topic that say where time and keys are. A topic with `time` has to say its `lateness`. */
export interface TopicOptions<T> {
  /** Event time: a column or a lambda. Without it, the record's own timestamp. */
  readonly time?: (keyof T & string) | ((row: T) => number)
  /** How far behind the largest event time a row may come and still count. */
  readonly lateness?: Duration
  /** A partition silent for so long stops holding others back, and its windows close as time goes on. */
  readonly idleAfter?: Duration
  /** A row further than this ahead of all before it is rejected. */
  readonly maxFuture?: Duration
  /** The record key: a column or a lambda. A number is written in decimal. */
  readonly key?: (keyof T & string) | ((row: T) => string | number | bigint | Uint8Array | null)
  /** The column that is read from the record key instead of the value. */
  readonly fromKey?: keyof T & string
  readonly format?: Format
  /** Confluent's framing of Avro: the schema's id before each value. */
  readonly schemaId?: number
  /**
   * The schemas of the values are in the deployment's schema registry: Confluent's framing of Avro, where what is
   * written has the number of its schema, and what is read may come from writers of several. `subject` is where the
   * schema is registered, if the deployment's rule does not fit.
   */
  readonly registry?: boolean | { readonly subject?: string }
}

/** A topic as a job names it. Where it lives is up to the deployment. */
export interface Topic<T> {
  readonly name: string
  readonly schema: Schema<T>
  readonly options: TopicOptions<T>
}

/** A topic without its type: what the engine works with. */
export interface TopicSpec {
  readonly name: string
  readonly schema: Schema
  readonly format: Format
  readonly schemaId: number | null
  readonly registry: { readonly subject: string | null } | null
  readonly key: string | ((row: never) => unknown) | null
  readonly fromKey: string | null
}

export interface SourceSpec extends TopicSpec {
  readonly time: string | ((row: never) => number) | null
  readonly latenessMs: number
  /** Infinity: never idle. */
  readonly idleAfterMs: number
  readonly maxFutureMs: number
  /** A table: its records are newest values by key, a null value deletes. */
  readonly table: boolean
  /** What becomes of a record that cannot be decoded or dated. */
  readonly onBad: 'reject' | 'fail'
}

export interface SourceOptions {
  /** What becomes of a record that cannot be decoded or dated: to the dead letters (default), or the job fails. */
  readonly onBad?: 'reject' | 'fail'
  /** How far behind the largest event time a row may come and still count, instead of what the topic says. */
  readonly lateness?: Duration
}

type Timed<T> =
  | (TopicOptions<T> & { readonly time?: undefined })
  | (TopicOptions<T> & { readonly lateness: Duration })

export function topic<T>(name: string, schema: Schema<T>, options: Timed<NoInfer<T>> = {}): Topic<T> {
  if (!/^[a-zA-Z0-9._-]{1,249}$/.test(name) || name === '.' || name === '..') {
    throw new HeadraceError(
      'HR_TOPIC_NAME',
      `"${name}" cannot be a topic's name: 1 to 249 of a-z A-Z 0-9 . _ -`,
    )
  }
  for (const option of ['time', 'key', 'fromKey'] as const) {
    const column = options[option]
    if (typeof column === 'string' && !(column in schema.fields)) {
      throw new HeadraceError(
        'HR_CONFIG_INVALID',
        `${option} of topic "${name}" is "${column}", but ${schema.name} has ${schema.names.join(', ')}`,
      )
    }
  }
  if (options.registry && (options.format !== 'avro' || options.schemaId !== undefined)) {
    throw new HeadraceError(
      'HR_CONFIG_INVALID',
      `registry of topic "${name}" needs format: 'avro', and goes without schemaId`,
    )
  }
  return { name, schema, options }
}

function registrySpec(option: TopicOptions<unknown>['registry']): TopicSpec['registry'] {
  if (!option) return null
  return { subject: option === true ? null : (option.subject ?? null) }
}

export function topicSpec<T>(of: Topic<T>): TopicSpec {
  const { options } = of
  return {
    name: of.name,
    schema: of.schema,
    format: options.format ?? 'json',
    schemaId: options.schemaId ?? null,
    registry: registrySpec(options.registry),
    key: options.key ?? null,
    fromKey: options.fromKey ?? null,
  }
}

export function sourceSpec<T>(of: Topic<T>, table: boolean, source: SourceOptions): SourceSpec {
  const options = { ...of.options, ...(source.lateness !== undefined && { lateness: source.lateness }) }
  const ms = (name: 'lateness' | 'idleAfter' | 'maxFuture', otherwise: number) => {
    const value = options[name]
    return value === undefined ? otherwise : durationMs(value, `${name} of topic "${of.name}"`)
  }
  return {
    ...topicSpec(of),
    time: options.time ?? null,
    latenessMs: ms('lateness', 0),
    idleAfterMs: ms('idleAfter', table ? 0 : Number.POSITIVE_INFINITY),
    maxFutureMs: ms('maxFuture', limits.maxFutureMs),
    table,
    onBad: source.onBad ?? 'reject',
  }
}
