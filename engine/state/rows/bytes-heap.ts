import type { BatchArena } from '../../batch/arena.ts'
import { keep } from '../../batch/arena.ts'
import type { Column, Nulls } from '../../batch/columns.ts'
import { BytesColumn } from '../../batch/columns.ts'
import { HeadraceError } from '../../errors.ts'
import type { StateWriter } from '../blob/blob.ts'
import type { StateTable } from '../blob/blob-table.ts'
import type { KeptValues } from './kept-values.ts'

const FIRST_BYTES = 1024
const MOST_BYTES = 2 ** 31 - 1

/** Byte strings by slot. What slots leave behind is swept when more than half of the memory is that. */
export class BytesHeap implements KeptValues {
  private start: Int32Array = keep.i32(1)
  private end: Int32Array = keep.i32(1)
  private bytes: Uint8Array = keep.u8(FIRST_BYTES)
  private top = 0
  private live = 0

  grow(capacity: number): void {
    this.start = grown(this.start, capacity)
    this.end = grown(this.end, capacity)
  }

  put(column: Column, rows: Int32Array, slots: Int32Array, count: number): void {
    const { start, end, bytes } = column as BytesColumn
    this.copy(bytes, start, end, column.nulls, rows, slots, count)
  }

  take(slots: Int32Array, count: number, nulls: Nulls, arena: BatchArena): BytesColumn {
    const start = arena.i32(count)
    const end = arena.i32(count)
    let length = 0
    for (let i = 0; i < count; i++) {
      start[i] = length
      if (nulls === null || nulls[i] === 0) length += this.end[slots[i]] - this.start[slots[i]]
      end[i] = length
    }
    const bytes = arena.u8(length)
    const own = this.bytes
    for (let i = 0; i < count; i++) {
      const shift = this.start[slots[i]] - start[i]
      for (let at = start[i]; at < end[i]; at++) bytes[at] = own[at + shift]
    }
    return new BytesColumn(bytes, start, end, nulls)
  }

  free(slot: number): void {
    this.live -= this.end[slot] - this.start[slot]
    this.start[slot] = 0
    this.end[slot] = 0
  }

  write(writer: StateWriter, name: string, slots: Int32Array, count: number): void {
    writer.bytesAt(name, this.start, this.end, this.bytes, slots, count)
  }

  read(table: StateTable, name: string, slots: Int32Array): boolean {
    const stored = table.bytes(name)
    if (stored === undefined) return false
    const rows = Int32Array.from(slots, (_, row) => row)
    this.copy(stored.bytes, stored.starts, stored.ends, null, rows, slots, table.rows)
    return true
  }

  release(): void {
    keep.release(this.start)
    keep.release(this.end)
    keep.release(this.bytes)
  }

  private copy(
    from: Uint8Array,
    start: Int32Array,
    end: Int32Array,
    nulls: Nulls,
    rows: Int32Array,
    slots: Int32Array,
    count: number,
  ): void {
    let length = 0
    const lengthOf = (row: number) => (nulls !== null && nulls[row] === 1 ? 0 : end[row] - start[row])
    for (let i = 0; i < count; i++) length += lengthOf(rows[i])
    this.makeRoom(length)
    const own = this.bytes
    let top = this.top
    for (let i = 0; i < count; i++) {
      const row = rows[i]
      const length = lengthOf(row)
      this.start[slots[i]] = top
      for (let k = 0; k < length; k++) own[top + k] = from[start[row] + k]
      top += length
      this.end[slots[i]] = top
    }
    this.live += length
    this.top = top
  }

  /** Moves what is live into a block that is at most half full, where there is no room left in this one. */
  private makeRoom(length: number): void {
    if (this.top + length <= this.bytes.length) return
    const needed = (this.live + length) * 2
    if (needed > MOST_BYTES) {
      throw new HeadraceError(
        'HR_STATE_TOO_LARGE',
        `a column of the state takes more than ${MOST_BYTES / 2} bytes`,
      )
    }
    const bytes = keep.u8(Math.max(FIRST_BYTES, needed))
    let top = 0
    for (let slot = 0; slot < this.start.length; slot++) {
      const from = this.start[slot]
      const to = this.end[slot]
      this.start[slot] = top
      for (let at = from; at < to; at++) bytes[top++] = this.bytes[at]
      this.end[slot] = top
    }
    keep.release(this.bytes)
    this.bytes = bytes
    this.top = top
  }
}

function grown(old: Int32Array, capacity: number): Int32Array {
  const larger = keep.i32(capacity)
  larger.set(old)
  keep.release(old)
  return larger
}
