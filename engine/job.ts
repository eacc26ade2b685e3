import type { OperatorFunction } from 'rxjs'
import type { Batch } from './batch/batch.ts'
import type { Fields, Schema } from './batch/schema.ts'
import { HeadraceError } from './errors.ts'
import type { Stream } from './graph/build.ts'
import { currentBuild, lateSide } from './graph/build.ts'
import { shared } from './graph/operator.ts'
import { Rejected } from './io/rejects.ts'
import type { FeatureRow, FeatureView } from './stores/feature-view.ts'
import { isFeatureView, viewSpec } from './stores/feature-view.ts'
import type { Series } from './stores/series.ts'
import { isSeries, seriesSpec } from './stores/series.ts'
import type { SourceOptions, Topic } from './topic.ts'
import { sourceSpec, topicSpec } from './topic.ts'

export interface JobOptions {
  /** What becomes of a row whose lambda throws: the job fails (default), or the row goes to the dead letters. */
  readonly onError?: 'fail' | 'reject'
  /** Whether it writes what it counts, by step and window, to the topic `<name>.audit`, for `headrace audit`. */
  readonly audit?: boolean
}

/** A job: a name, and a function that builds its graph, called once a task. */
export interface Job {
  readonly name: string
  readonly build: () => void
  readonly options: JobOptions
  /** What its parameters are set to, as text; `withParameters` sets them. */
  readonly parameters: Readonly<Record<string, string>>
  /** Tells a job from whatever else a file may export. */
  readonly $headrace: 'job'
}

export function job(name: string, build: () => void, options: JobOptions = {}): Job {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/.test(name)) {
    throw new HeadraceError(
      'HR_CONFIG_INVALID',
      `"${name}" cannot be a job's name: 1 to 100 of a-z A-Z 0-9 . _ -`,
    )
  }
  return { name, build, options, parameters: {}, $headrace: 'job' }
}

/** The same job, with an audit of what it does. */
export function withAudit(of: Job): Job {
  return { ...of, options: { ...of.options, audit: true } }
}

export function isJob(value: unknown): value is Job {
  return typeof value === 'object' && value !== null && '$headrace' in value && value.$headrace === 'job'
}

/** The rows of a topic. */
export function source<T>(id: string, topic: Topic<T>, options: SourceOptions = {}): Stream<T> {
  return read(id, 'source', topic, options)
}

/** A topic as a table: its records are the newest values by key, and a null value deletes. For `tableJoin`. */
export function table<T>(id: string, topic: Topic<T>, options: SourceOptions = {}): Stream<T> {
  return read(id, 'table', topic, options)
}

function read<T>(id: string, kind: 'source' | 'table', topic: Topic<T>, options: SourceOptions): Stream<T> {
  const build = currentBuild(kind)
  const spec = sourceSpec(topic, kind === 'table', options)
  return shared<T>(build, id, out => {
    build.connect({ id, kind, upstream: new Set(), detail: spec.name }, () => {
      build.inputs.set(id, { id, source: spec, batches: out as never })
    })
    return () => build.inputs.delete(id)
  })
}

/** Writes a stream to a topic, a series, or a feature view. Passes it on too. */
export function sink<T>(id: string, to: Topic<T> | Series<T>): OperatorFunction<Batch<T>, Batch<T>>
export function sink<T extends FeatureRow<E, F>, E extends string, F extends Fields>(
  id: string,
  view: FeatureView<E, F>,
): OperatorFunction<Batch<T>, Batch<T>>
export function sink(id: string, to: Topic<unknown> | Series | FeatureView) {
  return (stream: Stream<unknown>) => {
    const build = currentBuild('sink')
    if (isFeatureView(to)) build.addStoreEnd({ id, store: viewSpec(to), stream })
    else if (isSeries(to)) build.addStoreEnd({ id, store: seriesSpec(to), stream })
    else build.addTerminal({ id, kind: 'sink', topic: topicSpec(to), stream })
    return stream
  }
}

/**
 * The rows that came too late for a step. `of` is the stream that the step reads, or its schema; of a join
 * `input` 0 is the left one and 1 the right one.
 */
export function late<T>(step: string, of: Stream<T> | Schema<T>, input = 0): Stream<T> {
  return side<T>(step, 'late', lateSide(step, input), of)
}

/** The records that a source, or the rows that a step, has rejected: whole, with origin and reason. */
export function rejected(id: string): Stream<Rejected> {
  return side(id, 'rejected', `rejected:${id}`, Rejected)
}

function side<T>(of: string, kind: 'late' | 'rejected', id: string, _type: Stream<T> | Schema<T>): Stream<T> {
  const build = currentBuild(kind)
  return shared<T>(build, id, out => {
    build.connect({ id, kind, upstream: new Set([of]) }, () => {})
    const subscription = build.side(id).subscribe(out as never)
    return () => subscription.unsubscribe()
  })
}
