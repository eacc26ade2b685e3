import type { BatchArena } from '../../batch/arena.ts'
import { keep } from '../../batch/arena.ts'
import type { Column, Nulls } from '../../batch/columns.ts'
import {
  BigintColumn,
  BoolColumn,
  FloatColumn,
  IntColumn,
  NumberColumn,
  VectorColumn,
} from '../../batch/columns.ts'
import type { StateWriter } from '../blob/blob.ts'
import type { StateTable } from '../blob/blob-table.ts'
import type { KeptValues } from './kept-values.ts'

type Cells = Float64Array | Int32Array | Uint8Array | Float32Array | BigInt64Array

/** What differs between columns of numbers. */
interface CellType<A extends Cells> {
  readonly keep: (length: number) => A
  readonly take: (arena: BatchArena, length: number) => A
  readonly column: (cells: A, nulls: Nulls, width: number) => Column
  readonly write: (
    writer: StateWriter,
    name: string,
    cells: A,
    slots: Int32Array,
    count: number,
    width: number,
  ) => void
  readonly read: (table: StateTable, name: string) => A | undefined
}

export const numbers: CellType<Float64Array> = {
  keep: keep.f64,
  take: (arena, length) => arena.f64(length),
  column: (cells, nulls) => new NumberColumn(cells, nulls),
  write: (writer, name, cells, slots, count) => void writer.f64At(name, cells, slots, count),
  read: (table, name) => table.f64(name),
}

export const ints: CellType<Int32Array> = {
  keep: keep.i32,
  take: (arena, length) => arena.i32(length),
  column: (cells, nulls) => new IntColumn(cells, nulls),
  write: (writer, name, cells, slots, count) => void writer.i32At(name, cells, slots, count),
  read: (table, name) => table.i32(name),
}

export const bools: CellType<Uint8Array> = {
  keep: keep.u8,
  take: (arena, length) => arena.u8(length),
  column: (cells, nulls) => new BoolColumn(cells, nulls),
  write: (writer, name, cells, slots, count) => void writer.u8At(name, cells, slots, count),
  read: (table, name) => table.u8(name),
}

export const floats: CellType<Float32Array> = {
  keep: keep.f32,
  take: (arena, length) => arena.f32(length),
  column: (cells, nulls, width) =>
    width === 1 ? new FloatColumn(cells, nulls) : new VectorColumn(cells, width, nulls),
  write: (writer, name, cells, slots, count, width) => void writer.f32At(name, cells, slots, count, width),
  read: (table, name) => table.f32(name),
}

export const bigints: CellType<BigInt64Array> = {
  keep: keep.i64,
  take: (arena, length) => arena.i64(length),
  column: (cells, nulls) => new BigintColumn(cells, nulls),
  write: (writer, name, cells, slots, count) => void writer.i64At(name, cells, slots, count),
  read: (table, name) => table.i64(name),
}

/** Values of one length: `width` cells a slot. */
export class FixedValues<A extends Cells> implements KeptValues {
  private readonly type: CellType<A>
  private readonly width: number
  private cells: A

  constructor(type: CellType<A>, width: number) {
    this.type = type
    this.width = width
    this.cells = type.keep(1)
  }

  grow(capacity: number): void {
    const larger = this.type.keep(capacity * this.width)
    larger.set(this.cells.subarray(0, larger.length) as never)
    keep.release(this.cells)
    this.cells = larger
  }

  put(column: Column, rows: Int32Array, slots: Int32Array, count: number): void {
    this.copy((column as unknown as { readonly values: A }).values, rows, slots, count)
  }

  take(slots: Int32Array, count: number, nulls: Nulls, arena: BatchArena): Column {
    const { cells, width } = this
    const out = this.type.take(arena, count * width)
    if (width === 1) for (let i = 0; i < count; i++) out[i] = cells[slots[i]]
    else {
      for (let i = 0; i < count; i++) {
        for (let k = 0; k < width; k++) out[i * width + k] = cells[slots[i] * width + k]
      }
    }
    return this.type.column(out, nulls, width)
  }

  free(): void {}

  write(writer: StateWriter, name: string, slots: Int32Array, count: number): void {
    this.type.write(writer, name, this.cells, slots, count, this.width)
  }

  read(table: StateTable, name: string, slots: Int32Array): boolean {
    const stored = this.type.read(table, name)
    if (stored === undefined) return false
    const rows = Int32Array.from(slots, (_, row) => row)
    this.copy(stored, rows, slots, table.rows)
    return true
  }

  release(): void {
    keep.release(this.cells)
  }

  private copy(from: A, rows: Int32Array, slots: Int32Array, count: number): void {
    const { cells, width } = this
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < width; k++) cells[slots[i] * width + k] = from[rows[i] * width + k]
    }
  }
}
