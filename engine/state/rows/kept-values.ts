import type { BatchArena } from '../../batch/arena.ts'
import type { Column, Nulls } from '../../batch/columns.ts'
import type { StateWriter } from '../blob/blob.ts'
import type { StateTable } from '../blob/blob-table.ts'

/** The values of one column by slot, copied out of batches and into others. */
export interface KeptValues {
  grow(capacity: number): void
  /** Copies the rows `rows[0..count)` of a column to the slots beside them. */
  put(column: Column, rows: Int32Array, slots: Int32Array, count: number, arena: BatchArena): void
  /** A column of the values of the slots; where `nulls` is 1 what stands there is arbitrary. */
  take(slots: Int32Array, count: number, nulls: Nulls, arena: BatchArena): Column
  free(slot: number): void
  write(writer: StateWriter, name: string, slots: Int32Array, count: number): void
  /** False if the table has no such column. */
  read(table: StateTable, name: string, slots: Int32Array): boolean
  release(): void
}
