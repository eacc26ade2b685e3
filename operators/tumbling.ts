import type { OperatorFunction } from 'rxjs'
import type { Batch } from '../engine/batch/batch.ts'
import type { Schema } from '../engine/batch/schema.ts'
import type { Tick } from '../engine/batch/tick.ts'
import { operator } from '../engine/graph/operator.ts'
import type { Lineage } from '../engine/lineage.ts'
import { KeySpace } from '../engine/state/keys/key-space.ts'
import type { CountedBy, StepContext } from '../engine/step.ts'
import type { Duration } from '../engine/time/duration.ts'
import { Accumulator } from './aggregates/accumulator.ts'
import type { Aggregates, Results } from './aggregates/aggregate.ts'
import type { Emit, EmitColumn, EmitPoint } from './window/emit.ts'
import { earlyEvery, wholeMs } from './window/emit.ts'
import { windowLineage } from './window/lineage.ts'
import type { Pane } from './window/pane.ts'
import { OwnKeys } from './window/pane-keys.ts'
import { PaneState } from './window/pane-state.ts'
import type { ResultMark, WindowBounds } from './window/results.ts'
import { closing, resultSchema, windowBatch } from './window/results.ts'
import type { Arrival } from './window/window-step.ts'
import { WindowStep } from './window/window-step.ts'

export interface TumblingOptions<K, E extends Emit = Emit> {
  /** The column, or columns, that rows are grouped by. */
  readonly by: K | readonly K[]
  /** Length of a window. Windows begin at multiples of it since 1970. */
  readonly size: Duration
  /** `'final'` (default), or early results too, each time event time passes a multiple of `every`. */
  readonly emit?: E
}

/** Windows of equal length, one behind the other: a final row for each key and window. */
export function tumbling<T, K extends keyof T & string, A extends Aggregates<T>, E extends Emit = 'final'>(
  id: string,
  options: TumblingOptions<K, E>,
  aggregates: A,
): OperatorFunction<Batch<T>, Batch<Pick<T, K> & WindowBounds & EmitColumn<E> & Results<A>>> {
  const sizeMs = wholeMs(options.size, `size of "${id}"`)
  const earlyMs = earlyEvery(options.emit, id)
  return operator<T, Pick<T, K> & WindowBounds & EmitColumn<E> & Results<A>>({
    kind: 'tumbling',
    id,
    start: ([schema], context) => {
      const space = new KeySpace(schema as Schema, options.by, id)
      const accumulator = new Accumulator(id, schema as Schema, aggregates as never)
      return new Tumbling(context as never, space, accumulator, sizeMs, earlyMs) as never
    },
  })
}

class Tumbling extends WindowStep {
  readonly schema: Schema
  readonly lineage: Lineage
  readonly state: PaneState<OwnKeys>
  readonly counted: CountedBy
  private readonly sizeMs: number

  constructor(
    context: StepContext<unknown, unknown>,
    space: KeySpace,
    accumulator: Accumulator,
    sizeMs: number,
    earlyMs: number | null,
  ) {
    super(context, space, accumulator, earlyMs)
    const { id } = context
    this.sizeMs = sizeMs
    this.counted = { lengthMs: sizeMs, by: 'window' }
    this.lineage = windowLineage(space.names, sizeMs)
    this.schema = resultSchema(id, space, accumulator, earlyMs !== null)
    const shape = { operator: 'tumbling', version: 1, options: { sizeMs } }
    this.state = new PaneState(id, shape, space, accumulator, () => new OwnKeys(space))
  }

  close(): void {
    this.state.release()
  }

  protected add(arrival: Arrival, first: number, last: number): void {
    const { batch, keys, slots } = arrival
    const { time, watermark } = batch
    const { sizeMs } = this
    let from = first
    while (from < last) {
      const start = Math.floor(time[from] / sizeMs) * sizeMs
      const end = start + sizeMs
      if (end <= watermark[from]) {
        arrival.late[arrival.lateCount++] = from++
        continue
      }
      let to = from + 1
      while (to < last && time[to] >= start && time[to] < end && watermark[to] < end) to++
      const pane = this.state.open(start, start)
      pane.insert(keys, from, to, slots)
      this.accumulator.add(pane.states, slots, from, to, pane.dirty)
      if (this.points !== null) pane.markChanged(slots, from, to)
      this.context.used(start, to - from)
      from = to
    }
  }

  protected closeUntil(tick: Tick, watermark: number): void {
    for (const start of this.state.starts()) {
      const end = start + this.sizeMs
      if (end > watermark) return
      const mark = closing(tick, end, this.points !== null)
      for (const pane of this.state.at(start))
        this.context.emit(this.results(pane, mark, pane.allSlots(tick.arena)))
      this.state.close(start)
    }
  }

  protected changes(tick: Tick, { at, watermark }: EmitPoint): Batch[] {
    const batches: Batch[] = []
    for (const start of this.state.starts()) {
      if (start + this.sizeMs <= watermark) continue
      for (const pane of this.state.at(start)) {
        const slots = pane.takeChanged(tick.arena)
        if (slots.length > 0) batches.push(this.results(pane, { tick, at, watermark, final: false }, slots))
      }
    }
    return batches
  }

  protected firstWindow(time: number): number {
    return Math.floor(time / this.sizeMs) * this.sizeMs
  }

  protected nextEnd(): number {
    const [first] = this.state.starts()
    return first === undefined ? Number.POSITIVE_INFINITY : first + this.sizeMs
  }

  private results(pane: Pane<OwnKeys>, mark: ResultMark, slots: Int32Array): Batch {
    const { arena } = mark.tick
    const keys = pane.keys.columns(slots, slots.length, arena)
    const results = this.accumulator.results(pane.states, slots, slots.length, arena)
    const window = { windowStart: pane.start, windowEnd: pane.start + this.sizeMs }
    return windowBatch(this.schema, mark, window, slots.length, keys, results)
  }
}
