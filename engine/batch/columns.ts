import type { BatchArena } from './arena.ts'
import type { Field } from './schema.ts'

/**
 * Columns are structs of arrays, one class a physical layout. `nulls[i] === 1` marks a null; the value
 * beside it is then arbitrary. Positions are relative to `bytes`, which may be a whole fetched buffer.
 */
export type Column =
  | NumberColumn
  | IntColumn
  | BoolColumn
  | BigintColumn
  | FloatColumn
  | BytesColumn
  | VectorColumn
  | ArrayColumn
  | RecordColumn

export type Nulls = Uint8Array | null

/** double, long, timestamp */
export class NumberColumn {
  readonly layout = 'number'
  readonly values: Float64Array
  nulls: Nulls
  constructor(values: Float64Array, nulls: Nulls = null) {
    this.values = values
    this.nulls = nulls
  }
}

/** int; for an enum the code of the value */
export class IntColumn {
  readonly layout = 'int'
  readonly values: Int32Array
  nulls: Nulls
  constructor(values: Int32Array, nulls: Nulls = null) {
    this.values = values
    this.nulls = nulls
  }
}

export class BoolColumn {
  readonly layout = 'bool'
  readonly values: Uint8Array
  nulls: Nulls
  constructor(values: Uint8Array, nulls: Nulls = null) {
    this.values = values
    this.nulls = nulls
  }
}

export class BigintColumn {
  readonly layout = 'bigint'
  readonly values: BigInt64Array
  nulls: Nulls
  constructor(values: BigInt64Array, nulls: Nulls = null) {
    this.values = values
    this.nulls = nulls
  }
}

export class FloatColumn {
  readonly layout = 'float'
  readonly values: Float32Array
  nulls: Nulls
  constructor(values: Float32Array, nulls: Nulls = null) {
    this.values = values
    this.nulls = nulls
  }
}

/** string and decimal (UTF-8), bytes: views into `bytes`, so that decoding copies nothing */
export class BytesColumn {
  readonly layout = 'bytes'
  readonly bytes: Uint8Array
  readonly start: Int32Array
  readonly end: Int32Array
  nulls: Nulls
  constructor(bytes: Uint8Array, start: Int32Array, end: Int32Array, nulls: Nulls = null) {
    this.bytes = bytes
    this.start = start
    this.end = end
    this.nulls = nulls
  }
}

/** `size` floats a row, one row after the other */
export class VectorColumn {
  readonly layout = 'vector'
  readonly values: Float32Array
  readonly size: number
  nulls: Nulls
  constructor(values: Float32Array, size: number, nulls: Nulls = null) {
    this.values = values
    this.size = size
    this.nulls = nulls
  }
}

/** Row i holds the items start[i] to end[i] of `item`. */
export class ArrayColumn {
  readonly layout = 'array'
  readonly start: Int32Array
  readonly end: Int32Array
  readonly item: Column
  nulls: Nulls
  constructor(start: Int32Array, end: Int32Array, item: Column, nulls: Nulls = null) {
    this.start = start
    this.end = end
    this.item = item
    this.nulls = nulls
  }
}

/** A nested record: its fields in the order of the schema. */
export class RecordColumn {
  readonly layout = 'record'
  readonly fields: readonly Column[]
  nulls: Nulls
  constructor(fields: readonly Column[], nulls: Nulls = null) {
    this.fields = fields
    this.nulls = nulls
  }
}

export type Layout = Column['layout']

const layouts: Record<Field['kind'], Layout> = {
  boolean: 'bool',
  int: 'int',
  enum: 'int',
  long: 'number',
  double: 'number',
  timestamp: 'number',
  bigint: 'bigint',
  float: 'float',
  string: 'bytes',
  decimal: 'bytes',
  bytes: 'bytes',
  vector: 'vector',
  array: 'array',
  record: 'record',
}

export function layoutOf(field: Field): Layout {
  return layouts[field.kind]
}

/** A column of the rows `rows[0..count)` of another. Strings, bytes and arrays share what they point into. */
export function gather(column: Column, rows: Int32Array, count: number, arena: BatchArena): Column {
  const nulls = column.nulls === null ? null : gatherInto(column.nulls, rows, count, arena.u8(count))
  switch (column.layout) {
    case 'number':
      return new NumberColumn(gatherInto(column.values, rows, count, arena.f64(count)), nulls)
    case 'int':
      return new IntColumn(gatherInto(column.values, rows, count, arena.i32(count)), nulls)
    case 'bool':
      return new BoolColumn(gatherInto(column.values, rows, count, arena.u8(count)), nulls)
    case 'bigint':
      return new BigintColumn(gatherInto(column.values, rows, count, arena.i64(count)), nulls)
    case 'float':
      return new FloatColumn(gatherInto(column.values, rows, count, arena.f32(count)), nulls)
    case 'bytes':
    case 'array': {
      const start = gatherInto(column.start, rows, count, arena.i32(count))
      const end = gatherInto(column.end, rows, count, arena.i32(count))
      return column.layout === 'bytes'
        ? new BytesColumn(column.bytes, start, end, nulls)
        : new ArrayColumn(start, end, column.item, nulls)
    }
    case 'vector': {
      const { size, values } = column
      const out = arena.f32(count * size)
      for (let i = 0; i < count; i++) {
        const from = rows[i] * size
        for (let k = 0; k < size; k++) out[i * size + k] = values[from + k]
      }
      return new VectorColumn(out, size, nulls)
    }
    case 'record':
      return new RecordColumn(
        column.fields.map(field => gather(field, rows, count, arena)),
        nulls,
      )
  }
}

type Values = Float64Array | Int32Array | Uint8Array | BigInt64Array | Float32Array

function gatherInto<A extends Values>(from: A, rows: Int32Array, count: number, into: A): A {
  for (let i = 0; i < count; i++) into[i] = from[rows[i]]
  return into
}
