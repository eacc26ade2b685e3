import type { BatchArena } from './arena.ts'
import type { Column, Nulls } from './columns.ts'
import {
  ArrayColumn,
  BigintColumn,
  BoolColumn,
  BytesColumn,
  FloatColumn,
  IntColumn,
  NumberColumn,
  RecordColumn,
  VectorColumn,
} from './columns.ts'

/** Rows out of several columns of one type: row i is `rows[i]` of the column `parts[i]`. */
export interface Places {
  readonly parts: Int32Array
  readonly rows: Int32Array
  readonly count: number
}

/** One column of the rows that `places` names. */
export function interleave(columns: readonly Column[], places: Places, arena: BatchArena): Column {
  const { count } = places
  const nulls = interleaveNulls(columns, places, arena)
  const [first] = columns
  switch (first.layout) {
    case 'number':
      return new NumberColumn(take(valuesOf(columns as NumberColumn[]), places, arena.f64(count)), nulls)
    case 'int':
      return new IntColumn(take(valuesOf(columns as IntColumn[]), places, arena.i32(count)), nulls)
    case 'bool':
      return new BoolColumn(take(valuesOf(columns as BoolColumn[]), places, arena.u8(count)), nulls)
    case 'bigint':
      return new BigintColumn(take(valuesOf(columns as BigintColumn[]), places, arena.i64(count)), nulls)
    case 'float':
      return new FloatColumn(take(valuesOf(columns as FloatColumn[]), places, arena.f32(count)), nulls)
    case 'bytes':
      return interleaveBytes(columns as BytesColumn[], places, nulls, arena)
    case 'vector': {
      const { size } = first
      return new VectorColumn(interleaveVectors(columns as VectorColumn[], size, places, arena), size, nulls)
    }
    case 'array':
      return interleaveArrays(columns as ArrayColumn[], places, nulls, arena)
    case 'record': {
      const records = columns as RecordColumn[]
      const field = (_: unknown, k: number) =>
        interleave(
          records.map(record => record.fields[k]),
          places,
          arena,
        )
      return new RecordColumn(first.fields.map(field), nulls)
    }
  }
}

type Values = Float64Array | Int32Array | Uint8Array | BigInt64Array | Float32Array

function valuesOf<A extends Values>(columns: readonly { readonly values: A }[]): A[] {
  return columns.map(column => column.values)
}

function take<A extends Values>(from: readonly A[], { parts, rows, count }: Places, out: A): A {
  for (let i = 0; i < count; i++) out[i] = from[parts[i]][rows[i]]
  return out
}

function interleaveNulls(columns: readonly Column[], places: Places, arena: BatchArena): Nulls {
  if (columns.every(column => column.nulls === null)) return null
  const { parts, rows, count } = places
  const out = arena.u8(count)
  for (let i = 0; i < count; i++) out[i] = columns[parts[i]].nulls?.[rows[i]] ?? 0
  return out
}

/** The lengths of the chosen rows, null ones empty, as places in one run of them all. */
function layOut(
  columns: readonly (BytesColumn | ArrayColumn)[],
  { parts, rows, count }: Places,
  nulls: Nulls,
  arena: BatchArena,
): { start: Int32Array; end: Int32Array; length: number } {
  const start = arena.i32(count)
  const end = arena.i32(count)
  let length = 0
  for (let i = 0; i < count; i++) {
    const column = columns[parts[i]]
    start[i] = length
    if (nulls === null || nulls[i] === 0) length += column.end[rows[i]] - column.start[rows[i]]
    end[i] = length
  }
  return { start, end, length }
}

function interleaveBytes(
  columns: readonly BytesColumn[],
  places: Places,
  nulls: Nulls,
  arena: BatchArena,
): BytesColumn {
  const { start, end, length } = layOut(columns, places, nulls, arena)
  const bytes = arena.u8(length)
  const { parts, rows, count } = places
  for (let i = 0; i < count; i++) {
    const column = columns[parts[i]]
    const shift = column.start[rows[i]] - start[i]
    for (let at = start[i]; at < end[i]; at++) bytes[at] = column.bytes[at + shift]
  }
  return new BytesColumn(bytes, start, end, nulls)
}

function interleaveVectors(
  columns: readonly VectorColumn[],
  size: number,
  { parts, rows, count }: Places,
  arena: BatchArena,
): Float32Array {
  const out = arena.f32(count * size)
  for (let i = 0; i < count; i++) {
    const { values } = columns[parts[i]]
    const from = rows[i] * size
    for (let k = 0; k < size; k++) out[i * size + k] = values[from + k]
  }
  return out
}

function interleaveArrays(
  columns: readonly ArrayColumn[],
  places: Places,
  nulls: Nulls,
  arena: BatchArena,
): ArrayColumn {
  const { start, end, length } = layOut(columns, places, nulls, arena)
  const items = { parts: arena.i32(length), rows: arena.i32(length), count: length }
  const { parts, rows, count } = places
  for (let i = 0; i < count; i++) {
    const shift = columns[parts[i]].start[rows[i]] - start[i]
    for (let at = start[i]; at < end[i]; at++) {
      items.parts[at] = parts[i]
      items.rows[at] = at + shift
    }
  }
  const item = interleave(
    columns.map(column => column.item),
    items,
    arena,
  )
  return new ArrayColumn(start, end, item, nulls)
}
