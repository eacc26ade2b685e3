import type { OperatorFunction } from 'rxjs'
import { Batch } from '../engine/batch/batch.ts'
import type { Column } from '../engine/batch/columns.ts'
import type { Cursor } from '../engine/batch/cursor.ts'
import { cursorFor } from '../engine/batch/cursor.ts'
import type { Fields, RowOf, Schema } from '../engine/batch/schema.ts'
import { makeSchema, string, timestamp } from '../engine/batch/schema.ts'
import type { Tick } from '../engine/batch/tick.ts'
import { columnOfValues } from '../engine/batch/value-columns.ts'
import { operator } from '../engine/graph/operator.ts'
import { limits } from '../engine/limits.ts'
import type { Lineage } from '../engine/lineage.ts'
import { sameNames } from '../engine/lineage.ts'
import { KeySpace } from '../engine/state/keys/key-space.ts'
import type { RunningStep, StepContext } from '../engine/step.ts'
import { Call } from './process/call.ts'
import { EmittedRows } from './process/emitted-rows.ts'
import { KeyedState } from './process/keyed-state.ts'
import type { FiredTimer, ProcessContext } from './process/process-context.ts'
import { StateColumns } from './process/state-columns.ts'
import type { Timer } from './process/timer-queue.ts'

type Columns<T> = keyof T & string
type KeyOf<T, B> = B extends keyof T
  ? T[B]
  : B extends readonly (infer K extends keyof T)[]
    ? Pick<T, K>
    : never
type StateOf<S extends Fields> = { -readonly [K in keyof RowOf<S>]: RowOf<S>[K] }

export interface ProcessOptions<B, S, O> {
  /** The column, or columns, whose values have a state of their own. */
  readonly by: B
  /** The fields of a key's state. They begin at their `default`, else at null, 0, false, '' or []. */
  readonly state?: S
  /** The columns of the rows that are emitted. */
  readonly output: O
  /** Makes the time of day known, for `now` and for timers that go by it. */
  readonly timeOfDay?: boolean
}

export interface ProcessFunctions<T, Context> {
  onRow(row: T, context: Context): void
  onTimer?(timer: FiredTimer, context: Context): void
}

/** A function of one's own over the rows of each key, with state, timers and any number of rows emitted. */
export function process<
  T,
  const B extends Columns<T> | readonly Columns<T>[],
  const O extends Fields,
  const S extends Fields = Record<never, never>,
>(
  id: string,
  options: ProcessOptions<B, S, O>,
  functions: ProcessFunctions<T, ProcessContext<KeyOf<T, B>, StateOf<S>, RowOf<O>>>,
): OperatorFunction<Batch<T>, Batch<RowOf<O>>> {
  return operator<T, RowOf<O>>({
    kind: 'process',
    id,
    start: ([schema], context) =>
      new Process(schema as Schema, options as never, functions as never, context as never) as never,
  })
}

type Functions = ProcessFunctions<unknown, Call>
type Options = ProcessOptions<string | readonly string[], Fields, Fields>

class Process implements RunningStep<unknown, unknown> {
  readonly schema: Schema
  readonly lineage: Lineage
  readonly state: KeyedState
  private readonly context: StepContext<unknown, unknown>
  private readonly functions: Functions
  private readonly cursor: Cursor<unknown>
  private readonly emitted: EmittedRows
  private readonly call: Call
  /** The row of the tick at which the work has arrived. */
  private cause = 0

  constructor(input: Schema, options: Options, functions: Functions, context: StepContext<unknown, unknown>) {
    const { id } = context
    const { by, output, state = {}, timeOfDay = false } = options
    if (timeOfDay) context.useTimeOfDay()
    this.context = context
    this.functions = functions
    this.cursor = cursorFor(input)
    this.schema = makeSchema(id, output)
    this.state = new KeyedState(id, new KeySpace(input, by, id), new StateColumns(id, state))
    const key = sameNames(this.state.space.names.filter(name => name in output))
    this.lineage = { inputs: [{ key, within: () => true }], exact: false, withCause: true }
    this.emitted = new EmittedRows(this.schema)
    this.call = new Call(this.state, this.emitted, timeOfDay, functions.onTimer !== undefined)
  }

  push(batch: Batch): void {
    const { call, cursor, state } = this
    const { tick, time, watermark } = batch
    const failures = this.context.failed(batch)
    const slots = state.slotsOf(batch)
    cursor.$bind(batch)
    for (let row = 0; row < batch.rows; row++) {
      const cause = batch.causeOf(row)
      this.fireEvents(tick, reachedBefore(tick, cause))
      this.cause = cause
      state.latest = Math.max(state.latest, time[row])
      cursor.$row = row
      call.begin(tick, slots[row], cause, time[row], watermark[row])
      try {
        this.functions.onRow(cursor.$view, call)
        call.commit()
      } catch (error) {
        call.discard()
        failures.note(row, error)
      }
      if (this.emitted.count >= limits.batchRows) this.flush(tick)
    }
    this.flush(tick)
  }

  advance(tick: Tick): void {
    if (tick.rows === 0) this.fireClocks(tick)
    this.fireEvents(tick, tick.after)
    this.flush(tick)
    this.cause = 0
    this.state.compact()
  }

  deadline(): number {
    return this.state.events.next()
  }

  alarm(): number {
    return this.state.clocks.next()
  }

  close(): void {
    this.state.release()
  }

  /** Timers fire where the watermark passes them, before the row after that, so that no cut into ticks shows. */
  private fireEvents(tick: Tick, reached: number): void {
    for (;;) {
      const timer = this.state.take(this.state.events, reached)
      if (timer === undefined) return
      this.cause = Math.max(this.cause, tick.passedAt(timer.time))
      this.fire(tick, timer, timer.time, Math.max(timer.time, reachedBefore(tick, this.cause)))
    }
  }

  /** The rows of a timer by the clock are as late in event time as any row has been. */
  private fireClocks(tick: Tick): void {
    for (;;) {
      const timer = this.state.take(this.state.clocks, tick.now)
      if (timer === undefined) return
      this.fire(tick, timer, Math.max(this.state.latest, tick.before), tick.before)
    }
  }

  private fire(tick: Tick, timer: Timer, time: number, watermark: number): void {
    const { call } = this
    call.begin(tick, timer.slot, this.cause, time, watermark, timer)
    try {
      this.functions.onTimer?.(timer, call)
      call.commit()
    } catch (error) {
      call.discard()
      this.context.failed(this.timerRow(tick, timer, time)).note(0, error)
    }
    if (this.emitted.count >= limits.batchRows) this.flush(tick)
  }

  private flush(tick: Tick): void {
    if (this.emitted.count > 0) this.context.emit(this.emitted.take(tick))
  }

  /** A timer as a row: what is rejected when its function throws. */
  private timerRow(tick: Tick, timer: Timer, time: number): Batch {
    const { arena } = tick
    const { keys, space } = this.state
    const keyColumns = space.columns(keys, Int32Array.of(timer.slot), 1, arena)
    const columns: Column[] = [
      ...keyColumns,
      columnOfValues(string(), [timer.name], arena),
      columnOfValues(timestamp(), [timer.time], arena),
    ]
    const own = Object.fromEntries(space.names.map((name, k) => [name, space.fields[k]]))
    const schema = makeSchema(this.context.id, { ...own, '(timer)': string(), '(time)': timestamp() })
    const at = Int32Array.of(this.cause)
    return new Batch(schema, tick, 1, at, { column: index => columns[index] }, Float64Array.of(time))
  }
}

/** The task's watermark just before a row of the tick. */
function reachedBefore(tick: Tick, row: number): number {
  if (row === 0) return tick.before
  return Math.max(tick.before, Math.min(tick.watermark[row - 1], tick.others))
}
