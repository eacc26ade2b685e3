import type { Batch } from './batch/batch.ts'
import type { Failed } from './batch/loops.ts'
import type { Schema } from './batch/schema.ts'
import type { Tick } from './batch/tick.ts'
import type { ErrorCode } from './error-codes.ts'
import type { Lineage } from './lineage.ts'
import type { Model } from './models/model.ts'
import type { Scorer } from './models/scorer.ts'
import type { ScorerOptions } from './models/scorer-options.ts'
import type { StateReader, StateWriter } from './state/blob/blob.ts'
import type { LookupSpec } from './stores/hash.ts'
import type { LookupOptions, StepLookup } from './stores/step-lookup.ts'

/** What an operator is: started once a task, when the schemas of all its inputs are known. */
export interface StepDefinition<T, U> {
  /** The operator's name, as in `tumbling`. */
  readonly kind: string
  /** The stable id of a stateful step; null for a stateless one, which gets its kind and a number. */
  readonly id: string | null
  start(schemas: readonly Schema<T>[], context: StepContext<T, U>): RunningStep<T, U>
}

/** An operator at work in one task. */
export interface RunningStep<T, U> {
  /** Of the batches that it emits. */
  readonly schema: Schema<U>
  /** Takes a batch of the input with that number. */
  push(batch: Batch<T>, input: number): void
  /**
   * The tick's rows have all been pushed, upstream steps have advanced: close what `tick.after` closes.
   * A step that works asynchronously emits what is under way before its promise resolves.
   */
  advance?(tick: Tick): void | Promise<void>
  /** The event time at which `advance` next has something to do, should no more rows come; Infinity for none. */
  deadline?(): number
  /**
   * The time of day at which it next has something to do; Infinity for none. Needs `useTimeOfDay`. Timers fire
   * in `advance`, in ticks without rows only: how rows are cut into ticks must not show.
   */
  alarm?(): number
  readonly state?: StepState
  /** By what an audit counts the rows that come to it. */
  readonly counted?: CountedBy
  /** Of a step that computes rows: which rows are behind one. */
  readonly lineage?: Lineage
  close?(): void
}

/** Stretches of event time that begin at multiples of their length since 1970. */
export interface CountedBy {
  readonly lengthMs: number
  /** Windows, or panes of them, of a step that tells which rows it has `used`; else only event time. */
  readonly by: 'window' | 'pane' | 'time'
}

/** What a step may ask of its task. */
export interface StepContext<T, U> {
  readonly id: string
  /** Asks, once, at start, for the time of day in the ticks. */
  useTimeOfDay(): void
  emit(batch: Batch<U>): void
  /** So many rows have gone into the window, or pane, that begins there. */
  used(windowStart: number, rows: number): void
  /** Rows of an input that came too late: counted by window, sent to the late stream if the job reads it. */
  late(batch: Batch<T>, windowStart?: (row: number) => number, input?: number): void
  /**
   * The event time that the input with this number has reached at the end of the tick: rows before it have
   * all been pushed. Infinity where the input is idle, so that nobody waits for it.
   */
  reached(tick: Tick, input: number): number
  /** What to do with rows whose lambda threw: throws by policy fail, else takes note of the row. */
  failed(batch: Batch<T>): RowFailures
  /**
   * Asked for, once, at start: look-ups in a feature view or in hashes of the deployment, for use in `advance`.
   * It is open before the first record comes; the step closes it.
   */
  lookup(spec: LookupSpec, options: LookupOptions): StepLookup
  /**
   * Asked for, once, at start: scores of a model of the deployment, for use in `advance`. It is open before the first
   * record comes; the step closes it.
   */
  scorer(model: Model, options: ScorerOptions): Scorer
  /** Sends one row to the rejected stream with a code. */
  reject(batch: Batch<T>, row: number, code: ErrorCode, message: string): void
}

/** Collects the rows of one batch that a lambda failed on. */
export interface RowFailures {
  readonly note: Failed
  /** The batch without those rows: the same object if there are none. */
  without<B extends Batch>(batch: B): B
  readonly count: number
}

/** Keyed state of a step, as the checkpoint sees it. */
export interface StepState {
  /** What the bytes mean; stored with them and compared when they are read again. */
  readonly shape: StateShape
  /**
   * Looks at the shape that stored bytes have. Gives the parts that are dropped and those that start
   * empty; throws HR_STATE_INCOMPATIBLE where the change is not possible.
   */
  adopt(stored: StateShape): { dropped: readonly string[]; added: readonly string[] }
  /** Writes all (snapshot) or what has changed since the last call (delta), and takes that as written. */
  write(writer: StateWriter, mode: 'snapshot' | 'delta'): void
  /** Applies what `write` wrote, the snapshot first, then the deltas in order. */
  read(reader: StateReader): void
  /** All has been read. Throws HR_STATE_INCOMPATIBLE where what is now there could not be gone on with. */
  restored?(): void
}

export interface StateShape {
  readonly operator: string
  readonly version: number
  /** Signature of the key columns. */
  readonly key?: string
  /** Options that the stored values depend on, such as a window's size. */
  readonly options?: Readonly<Record<string, string | number | boolean>>
  /** Parts by name, each with what it holds: aggregates, columns. */
  readonly parts?: Readonly<Record<string, string>>
}
