import type { Batch } from '../../engine/batch/batch.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import type { Tick } from '../../engine/batch/tick.ts'
import type { BatchKeys, KeySpace } from '../../engine/state/keys/key-space.ts'
import type { RunningStep, StepContext, StepState } from '../../engine/step.ts'
import type { Accumulator } from '../aggregates/accumulator.ts'
import type { EmitPoint } from './emit.ts'
import { EmitPoints, rowsBefore } from './emit.ts'

/** A batch on its way into panes. */
export interface Arrival {
  readonly batch: Batch
  readonly keys: BatchKeys
  /** Room for the slot of each row. */
  readonly slots: Int32Array
  readonly late: Int32Array
  lateCount: number
}

/**
 * What tumbling and sliding windows have in common: rows go into panes as they come, windows close as the
 * watermark passes, and early results show the panes as they were at exact points of the log.
 */
export abstract class WindowStep implements RunningStep<unknown, unknown> {
  abstract readonly schema: Schema
  abstract readonly state: StepState
  protected readonly context: StepContext<unknown, unknown>
  protected readonly space: KeySpace
  protected readonly accumulator: Accumulator
  protected readonly points: EmitPoints | null
  /** Early results wait here until `advance`, so that the final ones come at their place among them. */
  private early: { readonly point: EmitPoint; readonly batches: Batch[] }[] = []

  constructor(
    context: StepContext<unknown, unknown>,
    space: KeySpace,
    accumulator: Accumulator,
    earlyMs: number | null,
  ) {
    this.context = context
    this.space = space
    this.accumulator = accumulator
    this.points = earlyMs === null ? null : new EmitPoints(earlyMs)
  }

  /** Adds the rows `from` to `to`; notes those that are late. */
  protected abstract add(arrival: Arrival, from: number, to: number): void
  /** Emits the final results of the windows that end at `watermark` or before. */
  protected abstract closeUntil(tick: Tick, watermark: number): void
  /** The results, as they are now, of the keys that have changed since the last time. */
  protected abstract changes(tick: Tick, point: EmitPoint): Batch[]
  /** The start of the first window that a row of this event time belongs to. */
  protected abstract firstWindow(time: number): number
  /** The end of the window that is to close next; Infinity if none is open. */
  protected abstract nextEnd(): number
  abstract close(): void

  push(batch: Batch): void {
    const failures = this.context.failed(batch)
    this.accumulator.prepare(batch, failures)
    if (failures.count === 0) this.take(batch)
    else this.push(failures.without(batch))
  }

  advance(tick: Tick): void {
    if (this.points !== null) {
      for (let point = this.points.next(tick); point !== null; point = this.points.next(tick))
        this.note(tick, this.points, point)
      for (const { point, batches } of this.early) {
        this.closeUntil(tick, point.watermark)
        for (const batch of batches) this.context.emit(batch)
      }
      this.early = []
    }
    this.closeUntil(tick, tick.after)
  }

  deadline(): number {
    const end = this.nextEnd()
    if (this.points === null || end === Number.POSITIVE_INFINITY) return end
    const due = this.points.due()
    return due > 0 ? Math.min(end, due) : end
  }

  private take(batch: Batch): void {
    const { rows, arena } = batch
    const arrival = {
      batch,
      keys: this.space.keysOf(batch),
      slots: arena.i32(rows),
      late: arena.i32(rows),
      lateCount: 0,
    }
    if (this.points === null) this.add(arrival, 0, rows)
    else this.addBetween(arrival, this.points)
    if (arrival.lateCount > 0) {
      this.context.late(batch.pick(arrival.late, arrival.lateCount), nth =>
        this.firstWindow(batch.time[arrival.late[nth]]),
      )
    }
  }

  private addBetween(arrival: Arrival, points: EmitPoints): void {
    const { batch } = arrival
    const { rows, tick } = batch
    let from = 0
    while (from < rows) {
      const point = points.next(tick)
      const to = point === null ? rows : rowsBefore(batch, point.at, from)
      if (to > from) this.add(arrival, from, to)
      if (to < rows) this.note(tick, points, point as EmitPoint)
      from = to
    }
  }

  private note(tick: Tick, points: EmitPoints, point: EmitPoint): void {
    points.pass(point)
    this.early.push({ point, batches: this.changes(tick, point) })
  }
}
