import type { OperatorFunction } from 'rxjs'
import type { Batch } from '../engine/batch/batch.ts'
import type { Schema } from '../engine/batch/schema.ts'
import type { Tick } from '../engine/batch/tick.ts'
import { HeadraceError } from '../engine/errors.ts'
import { operator } from '../engine/graph/operator.ts'
import { limits } from '../engine/limits.ts'
import type { Lineage } from '../engine/lineage.ts'
import { sameNames } from '../engine/lineage.ts'
import { KeySpace, slotsOf } from '../engine/state/keys/key-space.ts'
import type { CountedBy, RunningStep, StepContext } from '../engine/step.ts'
import type { Duration } from '../engine/time/duration.ts'
import { Accumulator } from './aggregates/accumulator.ts'
import type { Aggregates, Results } from './aggregates/aggregate.ts'
import { FullWindows } from './count-window/full-windows.ts'
import { RowWindowState } from './count-window/row-window-state.ts'
import type { RowCounts } from './count-window/row-windows.ts'
import { RowWindows } from './count-window/row-windows.ts'
import { wholeMs } from './window/emit.ts'
import type { WindowBounds } from './window/results.ts'
import { resultSchema } from './window/results.ts'
import { greatestCommonDivisor } from './window/sliding-times.ts'

export interface CountWindowOptions<K> {
  /** The column, or columns, that rows are grouped by. */
  readonly by: K | readonly K[]
  /** Rows a window. */
  readonly size: number
  /** Rows from the beginning of one window to that of the next: `size` unless said otherwise, and not more. */
  readonly every?: number
  /** A key that has had no row for so long, in event time, begins anew; without it a key waits for ever. */
  readonly forgetAfter?: Duration
}

/** Windows of a number of rows a key: a row of results at the row that fills one. */
export function countWindow<T, K extends keyof T & string, A extends Aggregates<T>>(
  id: string,
  options: CountWindowOptions<K>,
  aggregates: A,
): OperatorFunction<Batch<T>, Batch<Pick<T, K> & WindowBounds & Results<A>>> {
  const counts = rowCounts(id, options.size, options.every ?? options.size)
  const { forgetAfter } = options
  const forgetMs = forgetAfter === undefined ? null : wholeMs(forgetAfter, `forgetAfter of "${id}"`)
  return operator<T, Pick<T, K> & WindowBounds & Results<A>>({
    kind: 'countWindow',
    id,
    start: ([schema], context) => {
      const space = new KeySpace(schema as Schema, options.by, id)
      const accumulator = new Accumulator(id, schema as Schema, aggregates as never)
      return new CountWindow(context as never, space, accumulator, counts, forgetMs) as never
    },
  })
}

function rowCounts(id: string, size: number, every: number): RowCounts {
  const fits = Number.isInteger(size) && Number.isInteger(every) && every >= 1 && every <= size
  const rowsPerPane = fits ? greatestCommonDivisor(size, every) : 1
  const counts = { rowsPerPane, panesPerWindow: size / rowsPerPane, panesPerStep: every / rowsPerPane }
  if (fits && counts.panesPerWindow <= limits.windowPanes) return counts
  const message = `"${id}" has windows of ${size} rows every ${every}: whole numbers, 1 <= every <= size, and at most ${limits.windowPanes} panes of their greatest common divisor`
  throw new HeadraceError('HR_CONFIG_INVALID', message, { step: id })
}

class CountWindow implements RunningStep<unknown, unknown> {
  readonly schema: Schema
  readonly lineage: Lineage
  readonly state: RowWindowState
  readonly counted: CountedBy = { lengthMs: limits.auditStretchMs, by: 'time' }
  private readonly context: StepContext<unknown, unknown>
  private readonly space: KeySpace
  private readonly accumulator: Accumulator
  private readonly windows: RowWindows
  private readonly filled: FullWindows
  private readonly forgetMs: number | null
  private sweepAt = Number.NEGATIVE_INFINITY

  constructor(
    context: StepContext<unknown, unknown>,
    space: KeySpace,
    accumulator: Accumulator,
    counts: RowCounts,
    forgetMs: number | null,
  ) {
    const { id } = context
    const rows = counts.rowsPerPane * counts.panesPerWindow
    const newest = { rows, by: 'arrival', every: counts.rowsPerPane * counts.panesPerStep } as const
    this.context = context
    this.space = space
    this.accumulator = accumulator
    this.forgetMs = forgetMs
    this.windows = new RowWindows(space, accumulator, counts)
    this.lineage = {
      // A window has as many rows of its key as came one behind the other: the last is the one that filled it.
      inputs: [{ key: sameNames(space.names), within: () => true, newest }],
      exact: true,
      withCause: true,
    }
    this.schema = resultSchema(id, space, accumulator)
    this.filled = new FullWindows(this.schema, space, accumulator, this.windows)
    this.state = new RowWindowState(id, { ...counts }, space, accumulator, this.windows)
  }

  push(batch: Batch): void {
    const failures = this.context.failed(batch)
    this.accumulator.prepare(batch, failures)
    if (failures.count === 0) this.take(batch)
    else this.push(failures.without(batch))
  }

  /** Forgets keys that no row can find again: `take` would begin them anew. */
  advance(tick: Tick): void {
    const { forgetMs, windows } = this
    if (forgetMs === null || tick.after < this.sweepAt) return
    for (const key of windows.liveKeys()) {
      if (windows.lastTime[key] + forgetMs <= tick.after) windows.forget(key)
    }
    windows.settle()
    this.sweepAt = tick.after + forgetMs
  }

  close(): void {
    this.windows.release()
    this.filled.release()
  }

  private take(batch: Batch): void {
    const { rows, arena } = batch
    const { windows, filled } = this
    const keys = arena.i32(rows)
    slotsOf(windows.table, this.space.keysOf(batch), 0, rows, keys)
    if (windows.table.size > limits.countWindowKeys) this.checkKeys()
    windows.fit()
    const panes = arena.i32(rows)
    filled.begin(rows, arena)
    for (let row = 0; row < rows; row++) panes[row] = this.place(batch, row, keys[row])
    this.accumulator.add(windows.states, panes, 0, rows, arena.u8(windows.paneCount))
    if (filled.count > 0) this.context.emit(filled.results(batch))
    windows.settle()
  }

  /** The pane that a row goes into; notes the window that it fills. */
  private place(batch: Batch, row: number, key: number): number {
    const { windows, forgetMs } = this
    const { rowsPerPane, panesPerWindow, panesPerStep } = windows.counts
    const time = batch.time[row]
    if (forgetMs !== null && windows.lastTime[key] + forgetMs <= batch.watermark[row]) windows.forget(key)
    if (windows.isEmpty(key) || time > windows.lastTime[key]) windows.lastTime[key] = time
    windows.dirty[key] = 1
    const pane = windows.rows[key] === 0 ? windows.begin(key, time) : windows.pane(key, windows.full[key])
    if (++windows.rows[key] < rowsPerPane) return pane
    windows.rows[key] = 0
    if (++windows.full[key] === panesPerWindow) {
      this.filled.note(row, key)
      windows.drop(key, panesPerStep)
    }
    return pane
  }

  private checkKeys(): void {
    const most = limits.countWindowKeys
    if (this.windows.liveKeys().length <= most) return
    const message = `more than limits.countWindowKeys, ${most}, keys have unfinished windows`
    throw new HeadraceError('HR_KEYS_FULL', message, { step: this.context.id })
  }
}
