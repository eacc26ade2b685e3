import type { OperatorFunction } from 'rxjs'
import type { Batch } from '../engine/batch/batch.ts'
import type { Schema } from '../engine/batch/schema.ts'
import type { Tick } from '../engine/batch/tick.ts'
import { HeadraceError } from '../engine/errors.ts'
import { operator } from '../engine/graph/operator.ts'
import { limits } from '../engine/limits.ts'
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
import { PaneMerge } from './window/pane-merge.ts'
import { PaneState } from './window/pane-state.ts'
import type { ResultMark, WindowBounds } from './window/results.ts'
import { closing, resultSchema, windowBatch } from './window/results.ts'
import type { SharedPaneKeys } from './window/shared-keys.ts'
import { SharedKeys } from './window/shared-keys.ts'
import { SlidingTimes } from './window/sliding-times.ts'
import type { Arrival } from './window/window-step.ts'
import { WindowStep } from './window/window-step.ts'

export interface SlidingOptions<K, E extends Emit = Emit> {
  /** The column, or columns, that rows are grouped by. */
  readonly by: K | readonly K[]
  /** Length of a window. */
  readonly size: Duration
  /** How far apart two windows begin: at multiples of it since 1970. Not more than `size`. */
  readonly every: Duration
  /** `'final'` (default), or early results too, each time event time passes a multiple of `every`. */
  readonly emit?: E
}

/** Windows of equal length that overlap: a final row for each key and window that has a row of that key. */
export function sliding<T, K extends keyof T & string, A extends Aggregates<T>, E extends Emit = 'final'>(
  id: string,
  options: SlidingOptions<K, E>,
  aggregates: A,
): OperatorFunction<Batch<T>, Batch<Pick<T, K> & WindowBounds & EmitColumn<E> & Results<A>>> {
  const times = slidingTimes(id, options)
  const earlyMs = earlyEvery(options.emit, id)
  return operator<T, Pick<T, K> & WindowBounds & EmitColumn<E> & Results<A>>({
    kind: 'sliding',
    id,
    start: ([schema], context) => {
      const space = new KeySpace(schema as Schema, options.by, id)
      const accumulator = new Accumulator(id, schema as Schema, aggregates as never)
      return new Sliding(context as never, space, accumulator, times, earlyMs) as never
    },
  })
}

function slidingTimes(id: string, options: Pick<SlidingOptions<never>, 'size' | 'every'>): SlidingTimes {
  const sizeMs = wholeMs(options.size, `size of "${id}"`)
  const everyMs = wholeMs(options.every, `every of "${id}"`)
  const times = new SlidingTimes(sizeMs, everyMs)
  if (everyMs <= sizeMs && times.panes <= limits.windowPanes) return times
  const message =
    everyMs > sizeMs
      ? `every of "${id}" is ${everyMs} ms, more than its size of ${sizeMs} ms: rows between windows would count nowhere`
      : `"${id}" would cut a window into ${times.panes} panes of ${times.paneMs} ms, ${limits.windowPanes} are allowed: make every larger`
  throw new HeadraceError('HR_CONFIG_INVALID', message, { step: id })
}

class Sliding extends WindowStep {
  readonly schema: Schema
  readonly lineage: Lineage
  readonly state: PaneState<SharedPaneKeys>
  readonly counted: CountedBy
  private readonly times: SlidingTimes
  private readonly keys: SharedKeys
  private readonly merge: PaneMerge
  /** Windows that end here or before have been emitted. */
  private closed = Number.NEGATIVE_INFINITY

  constructor(
    context: StepContext<unknown, unknown>,
    space: KeySpace,
    accumulator: Accumulator,
    times: SlidingTimes,
    earlyMs: number | null,
  ) {
    super(context, space, accumulator, earlyMs)
    const { id } = context
    this.times = times
    this.counted = { lengthMs: times.paneMs, by: 'pane' }
    this.keys = new SharedKeys(space)
    this.merge = new PaneMerge(this.keys, accumulator)
    this.lineage = windowLineage(space.names, times.sizeMs)
    this.schema = resultSchema(id, space, accumulator, earlyMs !== null)
    const shape = {
      operator: 'sliding',
      version: 1,
      options: { sizeMs: times.sizeMs, everyMs: times.everyMs },
    }
    this.state = new PaneState(id, shape, space, accumulator, () => this.keys.newPane())
  }

  close(): void {
    this.state.release()
    this.merge.release()
    this.keys.release()
  }

  protected add(arrival: Arrival, first: number, last: number): void {
    const { batch, keys, slots } = arrival
    const { time, watermark } = batch
    const { times } = this
    const { sizeMs, paneMs } = times
    let from = first
    while (from < last) {
      const start = times.paneOf(time[from])
      const window = times.firstOpen(start, watermark[from])
      if (window > start) {
        arrival.late[arrival.lateCount++] = from++
        continue
      }
      const end = start + paneMs
      const closes = window + sizeMs
      // Of rows of several origins the next one may be judged against an earlier watermark: then more windows are open.
      const opens = times.closedBefore(start, window)
      let to = from + 1
      while (
        to < last &&
        time[to] >= start &&
        time[to] < end &&
        watermark[to] >= opens &&
        watermark[to] < closes
      )
        to++
      const pane = this.state.open(start, window)
      pane.insert(keys, from, to, slots)
      this.accumulator.add(pane.states, slots, from, to, pane.dirty)
      if (this.points !== null) pane.markChanged(slots, from, to)
      this.context.used(start, to - from)
      from = to
    }
  }

  protected closeUntil(tick: Tick, watermark: number): void {
    this.closed = Math.max(this.closed, tick.before)
    for (;;) {
      const window = this.nextWindow()
      const end = window + this.times.sizeMs
      if (end > watermark) break
      const batch = this.results(
        this.panesOf(window),
        window,
        closing(tick, end, this.points !== null),
        false,
      )
      if (batch !== null) this.context.emit(batch)
      this.closed = end
      this.dropUntil(end)
    }
    this.closed = Math.max(this.closed, watermark)
  }

  protected changes(tick: Tick, { at, watermark }: EmitPoint): Batch[] {
    const batches: Batch[] = []
    const { everyMs } = this.times
    const changed = this.state.starts().filter(start => this.state.at(start).some(pane => pane.hasChanged()))
    let window = Number.NEGATIVE_INFINITY
    for (const start of changed) {
      window = Math.max(window, this.times.firstOpen(start, watermark))
      for (; window <= start; window += everyMs) {
        const mark = { tick, at, watermark, final: false }
        const batch = this.results(this.panesOf(window), window, mark, true)
        if (batch !== null) batches.push(batch)
      }
    }
    for (const start of changed) for (const pane of this.state.at(start)) pane.takeChanged(tick.arena)
    return batches
  }

  protected firstWindow(time: number): number {
    return this.times.firstOpen(this.times.paneOf(time), Number.NEGATIVE_INFINITY)
  }

  protected nextEnd(): number {
    return this.nextWindow() + this.times.sizeMs
  }

  /** The start of the first window that has panes and is not closed yet; Infinity if there is none. */
  private nextWindow(): number {
    const [first] = this.state.starts()
    return first === undefined ? Number.POSITIVE_INFINITY : this.times.firstOpen(first, this.closed)
  }

  /** The panes whose rows count in a window, the oldest first. */
  private panesOf(window: number): Pane<SharedPaneKeys>[] {
    const end = window + this.times.sizeMs
    const starts = this.state.starts().filter(start => start >= window && start < end)
    return starts.flatMap(start =>
      this.state
        .at(start)
        .filter(pane => pane.from <= window)
        .sort((a, b) => a.from - b.from),
    )
  }

  /** Lets the panes go whose last window ended at `end` or before. */
  private dropUntil(end: number): void {
    for (const start of this.state.starts()) {
      if (this.times.lastWindow(start) + this.times.sizeMs > end) return
      this.state.close(start)
    }
  }

  private results(
    panes: readonly Pane<SharedPaneKeys>[],
    window: number,
    mark: ResultMark,
    changedOnly: boolean,
  ): Batch | null {
    const { arena } = mark.tick
    const count = this.merge.run(panes, changedOnly, arena)
    if (count === 0) return null
    const keys = this.merge.columns(count, arena)
    const results = this.merge.results(count, arena)
    const bounds = { windowStart: window, windowEnd: window + this.times.sizeMs }
    return windowBatch(this.schema, mark, bounds, count, keys, results)
  }
}
