import type { Column } from '../../engine/batch/columns.ts'
import { limits } from '../../engine/limits.ts'
import type { RowLayout, Rows } from './row-layout.ts'
import { LoadMemory, Shelf } from './shelf.ts'
import { SpillFile } from './spill-file.ts'
import type { DecodedRows } from './staging.ts'
import { Staging } from './staging.ts'

/** What a time has moved by is judged by this, as how many milliseconds it has says nothing. */
const hourMs = 3_600_000

/** What is known of both sides before they are compared. */
export class Extent {
  earliest = Number.POSITIVE_INFINITY
  latest = Number.NEGATIVE_INFINITY
  private readonly sums: Float64Array
  private readonly counts: Float64Array
  private readonly layout: RowLayout

  constructor(layout: RowLayout) {
    this.layout = layout
    this.sums = new Float64Array(layout.leaves.length)
    this.counts = new Float64Array(layout.leaves.length)
  }

  /** How large the values of a leaf are on the average, whatever their sign; 0 where nothing is known of that. */
  size(leaf: number): number {
    if (this.layout.leaves[leaf].field.kind === 'timestamp') return hourMs
    return this.counts[leaf] === 0 ? 0 : this.sums[leaf] / this.counts[leaf]
  }

  take({ columns, count, time, skipped }: DecodedRows): void {
    for (let row = 0; row < count; row++) {
      if (skipped[row] !== 0) continue
      if (time[row] < this.earliest) this.earliest = time[row]
      if (time[row] > this.latest) this.latest = time[row]
    }
    this.layout.leaves.forEach(({ path, form }, index) => {
      if (form === 'number' && path.length === 1) this.addSizes(columns[path[0]], count, skipped, index)
    })
  }

  private addSizes(column: Column, count: number, skipped: Uint8Array, leaf: number): void {
    const { values, nulls } = column as { values: ArrayLike<number>; nulls: Uint8Array | null }
    let [sum, found] = [0, 0]
    for (let row = 0; row < count; row++) {
      const value = values[row]
      if (skipped[row] !== 0 || (nulls !== null && nulls[row] !== 0) || !Number.isFinite(value)) continue
      sum += Math.abs(value)
      found++
    }
    this.sums[leaf] += sum
    this.counts[leaf] += found
  }
}

/** The rows of one side, parted by the hash of their keys, so that those of a part of both sides fit into memory. */
export class Shelves {
  rows = 0
  private readonly file = new SpillFile()
  private readonly memory = new LoadMemory()
  private readonly shelves: readonly Shelf[]
  private readonly staging: Staging
  private readonly shift: number

  constructor(layout: RowLayout, parts: number) {
    const room = limits.diffBufferBytes / 2 / parts
    this.shelves = Array.from({ length: parts }, () => new Shelf(layout, this.file, room))
    this.staging = new Staging(layout)
    this.shift = 32 - Math.log2(parts)
  }

  put(rows: DecodedRows): void {
    const { staging, shelves, shift } = this
    staging.fill(rows)
    const { words } = staging
    const { stride } = staging.layout
    for (let row = 0; row < rows.count; row++) {
      if (rows.skipped[row] !== 0) continue
      const hash = words.i32[row * stride * 2]
      // A shift by 32 would be one by 0.
      shelves[shift === 32 ? 0 : hash >>> shift].add(staging, row)
      this.rows++
    }
  }

  load(part: number): Rows {
    return this.shelves[part].load(this.memory)
  }

  clear(part: number): void {
    this.shelves[part].clear()
  }

  close(): void {
    this.file.close()
  }
}

/** A power of two: into so many parts are rows put. */
export function partsFor(rows: number): number {
  const needed = Math.max(1, Math.ceil(rows / limits.diffPartitionRows))
  return Math.min(2 ** Math.ceil(Math.log2(needed)), limits.diffPartitions)
}
