import type { OperatorFunction } from 'rxjs'
import type { Batch } from '../engine/batch/batch.ts'
import type { Schema } from '../engine/batch/schema.ts'
import type { Tick } from '../engine/batch/tick.ts'
import { operator } from '../engine/operator.ts'
import { KeySpace, slotsOf } from '../engine/state/key-space.ts'
import type { RunningStep, StepContext } from '../engine/step.ts'
import type { Duration } from '../engine/time/duration.ts'
import { durationMs } from '../engine/time/duration.ts'
import { Accumulator } from './aggregates/accumulator.ts'
import type { Aggregates, Results } from './aggregates/aggregate.ts'
import { PaneState } from './window/pane-state.ts'
import type { WindowBounds } from './window/results.ts'
import { resultSchema, windowBatch } from './window/results.ts'

export interface TumblingOptions<K> {
  /** The column, or columns, that rows are grouped by. */
  readonly by: K | readonly K[]
  /** Length of a window. Windows begin at multiples of it since 1970. */
  readonly size: Duration
}

/** Windows of equal length, one behind the other: a final row for each key and window. */
export function tumbling<T, K extends keyof T & string, A extends Aggregates<T>>(
  id: string,
  options: TumblingOptions<K>,
  aggregates: A,
): OperatorFunction<Batch<T>, Batch<Pick<T, K> & WindowBounds & Results<A>>> {
  const sizeMs = durationMs(options.size, `size of "${id}"`)
  return operator<T, Pick<T, K> & WindowBounds & Results<A>>({
    kind: 'tumbling',
    id,
    start: ([schema], context) =>
      new Tumbling(schema as Schema, sizeMs, options.by, aggregates as never, context as never) as never,
  })
}

class Tumbling implements RunningStep<unknown, unknown> {
  readonly schema: Schema
  readonly state: PaneState
  private readonly context: StepContext<unknown, unknown>
  private readonly sizeMs: number
  private readonly space: KeySpace
  private readonly accumulator: Accumulator

  constructor(
    input: Schema,
    sizeMs: number,
    by: string | readonly string[],
    aggregates: Aggregates<never>,
    context: StepContext<unknown, unknown>,
  ) {
    const { id } = context
    this.context = context
    this.sizeMs = sizeMs
    this.space = new KeySpace(input, by, id)
    this.accumulator = new Accumulator(id, input, aggregates)
    this.schema = resultSchema(id, this.space, this.accumulator)
    this.state = new PaneState(
      id,
      { operator: 'tumbling', version: 1, options: { sizeMs } },
      this.space,
      this.accumulator,
    )
  }

  push(batch: Batch): void {
    const failures = this.context.failed(batch)
    this.accumulator.prepare(batch, failures)
    if (failures.count > 0) this.push(failures.without(batch))
    else this.add(batch)
  }

  private add(batch: Batch): void {
    const { rows, time, watermark, arena } = batch
    const { sizeMs } = this
    const keys = this.space.keysOf(batch)
    const slots = arena.i32(rows)
    let lateRows: Int32Array | null = null
    let lateCount = 0
    let from = 0
    while (from < rows) {
      const start = Math.floor(time[from] / sizeMs) * sizeMs
      const end = start + sizeMs
      if (end <= watermark[from]) {
        lateRows ??= arena.i32(rows)
        lateRows[lateCount++] = from++
        continue
      }
      let to = from + 1
      while (to < rows && time[to] >= start && time[to] < end && watermark[to] < end) to++
      const pane = this.state.open(start)
      slotsOf(pane.keys, keys, from, to, slots)
      pane.grow()
      this.accumulator.add(pane.states, slots, from, to, pane.dirty)
      from = to
    }
    if (lateRows !== null) this.late(batch.pick(lateRows, lateCount))
  }

  advance(tick: Tick): void {
    for (const start of this.state.starts()) {
      const windowEnd = start + this.sizeMs
      if (windowEnd > tick.after) return
      const pane = this.state.open(start)
      const count = pane.size
      const slots = tick.arena.i32(count)
      for (let slot = 0; slot < count; slot++) slots[slot] = slot
      const keys = this.space.columns(pane.keys, slots, count, tick.arena)
      const results = this.accumulator.results(pane.states, slots, count, tick.arena)
      this.state.close(pane)
      this.context.emit(
        windowBatch(this.schema, tick, { windowStart: start, windowEnd }, count, keys, results),
      )
    }
  }

  deadline(): number {
    const [first] = this.state.starts()
    return first === undefined ? Number.POSITIVE_INFINITY : first + this.sizeMs
  }

  close(): void {
    this.state.release()
  }

  private late(batch: Batch): void {
    this.context.late(batch, row => Math.floor(batch.time[row] / this.sizeMs) * this.sizeMs)
  }
}
