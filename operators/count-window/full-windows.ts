import type { BatchArena } from '../../engine/batch/arena.ts'
import { keep } from '../../engine/batch/arena.ts'
import { Batch } from '../../engine/batch/batch.ts'
import type { Column } from '../../engine/batch/columns.ts'
import { NumberColumn } from '../../engine/batch/columns.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import type { KeySpace } from '../../engine/state/keys/key-space.ts'
import type { Accumulator, FoldStates } from '../aggregates/accumulator.ts'
import type { RowWindows } from './row-windows.ts'

/** The windows that a batch has filled, and their results. */
export class FullWindows {
  count = 0
  private readonly schema: Schema
  private readonly space: KeySpace
  private readonly accumulator: Accumulator
  private readonly windows: RowWindows
  /** Where the panes of a window are merged, if it has several. */
  private readonly merged: FoldStates
  private rows: Int32Array = new Int32Array(0)
  private keys: Int32Array = new Int32Array(0)
  /** The panes of each window, side by side. */
  private panes: number[] = []

  constructor(schema: Schema, space: KeySpace, accumulator: Accumulator, windows: RowWindows) {
    this.schema = schema
    this.space = space
    this.accumulator = accumulator
    this.windows = windows
    this.merged = { cells: keep.f64(64), objects: accumulator.objects.map(() => []) }
  }

  begin(rows: number, arena: BatchArena): void {
    this.count = 0
    this.rows = arena.i32(rows)
    this.keys = arena.i32(rows)
    this.panes = []
  }

  note(row: number, key: number): void {
    this.rows[this.count] = row
    this.keys[this.count++] = key
    for (let nth = 0; nth < this.windows.counts.panesPerWindow; nth++)
      this.panes.push(this.windows.pane(key, nth))
  }

  /** A row for each: caused by, and as old as, the row that filled it. */
  results(batch: Batch): Batch {
    const { count, rows, windows, space } = this
    const { arena, tick } = batch
    const { panesPerWindow } = windows.counts
    const start = arena.f64(count)
    const at = arena.i32(count)
    const time = arena.f64(count)
    const watermark = arena.f64(count)
    for (let i = 0; i < count; i++) {
      start[i] = windows.began[this.panes[i * panesPerWindow] as number]
      at[i] = batch.causeOf(rows[i])
      time[i] = batch.time[rows[i]]
      watermark[i] = batch.watermark[rows[i]]
    }
    const columns: Column[] = [
      ...space.columns(windows.table, this.keys, count, arena),
      new NumberColumn(start),
      new NumberColumn(time),
      ...this.aggregates(arena),
    ]
    return new Batch(
      this.schema,
      tick,
      count,
      at,
      { column: index => columns[index] as Column },
      time,
      watermark,
    )
  }

  release(): void {
    keep.release(this.merged.cells)
  }

  private aggregates(arena: BatchArena): Column[] {
    const { accumulator, count, windows, merged, panes } = this
    const { panesPerWindow } = windows.counts
    if (panesPerWindow === 1) return accumulator.results(windows.states, Int32Array.from(panes), count, arena)
    this.reserve(count * accumulator.width)
    accumulator.reset(merged, 0, count)
    for (const [i, pane] of panes.entries()) {
      accumulator.merge(merged, Math.floor(i / panesPerWindow), windows.states, pane)
    }
    const all = arena.i32(count)
    for (let i = 0; i < count; i++) all[i] = i
    return accumulator.results(merged, all, count, arena)
  }

  private reserve(cells: number): void {
    if (this.merged.cells.length >= cells) return
    keep.release(this.merged.cells)
    this.merged.cells = keep.f64(cells * 2)
  }
}
