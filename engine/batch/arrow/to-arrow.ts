import type { Data, DataType } from 'apache-arrow'
import { makeData, RecordBatch, Struct } from 'apache-arrow'
import type { BatchArena } from '../arena.ts'
import type { Batch } from '../batch.ts'
import type { ArrayColumn, BytesColumn, Column, Nulls } from '../columns.ts'
import { gather } from '../columns.ts'
import type { Field } from '../schema.ts'
import { arrowSchema, dictionaryOf } from './arrow-types.ts'
import { blankColumn } from './blank-column.ts'

/**
 * A batch as an Arrow record batch, valid as long as the batch: doubles, ints, floats, bigints, vectors and
 * the codes of enums are the batch's own memory, and so are strings, bytes and items of arrays that lie one
 * behind the other. Longs become Int64, timestamps milliseconds in UTC, decimals their text, enums
 * dictionaries; those but the last, booleans and nulls are converted.
 */
export function toArrow(batch: Batch): RecordBatch {
  const { arena, rows } = batch
  const schema = arrowSchema(batch.schema)
  const children = batch.schema.names.map((name, k) => {
    const field = batch.schema.fields[name]
    // A batch without rows has no columns to ask for.
    const column = rows === 0 ? blankColumn(field, 0, arena) : batch.column(k)
    return toData(field, schema.fields[k].type, column, rows, arena)
  })
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: rows, nullCount: 0, children }),
  )
}

function toData(field: Field, type: DataType, column: Column, rows: number, arena: BatchArena): Data {
  const common = { type, length: rows, ...validity(column.nulls, rows, arena) }
  switch (column.layout) {
    case 'number': {
      const values = column.values.subarray(0, rows)
      return make({ ...common, data: field.kind === 'double' ? values : int64(values, arena) })
    }
    case 'int':
    case 'float':
    case 'bigint': {
      const data = column.values.subarray(0, rows)
      return make(
        field.kind === 'enum' ? { ...common, data, dictionary: dictionaryOf(type) } : { ...common, data },
      )
    }
    case 'bool':
      return make({ ...common, data: bitmap(column.values, 1, rows, arena) })
    case 'bytes':
      return make({ ...common, ...flatBytes(column, rows, arena) })
    case 'vector': {
      const { size } = column
      const data = column.values.subarray(0, rows * size)
      return make({
        ...common,
        child: make({ type: type.children[0].type, length: rows * size, nullCount: 0, data }),
      })
    }
    case 'array': {
      const { valueOffsets, item, items } = flatItems(column, rows, arena)
      const child = toData(field.item as Field, type.children[0].type, item, items, arena)
      return make({ ...common, valueOffsets, child })
    }
    case 'record': {
      const children = Object.values(field.fields ?? {}).map((inner, k) =>
        toData(inner, type.children[k].type, column.fields[k], rows, arena),
      )
      return make({ ...common, children })
    }
  }
}

/** The library's overloads tell one type from the other; here each branch knows its own. */
function make(props: { readonly type: DataType; readonly [buffer: string]: unknown }): Data {
  return makeData(props as never)
}

function validity(nulls: Nulls, rows: number, arena: BatchArena) {
  let nullCount = 0
  if (nulls !== null) for (let row = 0; row < rows; row++) if (nulls[row] === 1) nullCount++
  return nulls === null || nullCount === 0
    ? { nullCount }
    : { nullCount, nullBitmap: bitmap(nulls, 0, rows, arena) }
}

/** A bit for each row, set where its flag says so, the first row in the lowest. */
function bitmap(flags: Uint8Array, when: 0 | 1, rows: number, arena: BatchArena): Uint8Array {
  const bits = arena.u8((rows + 7) >> 3).fill(0)
  for (let row = 0; row < rows; row++)
    if ((flags[row] === 1 ? 1 : 0) === when) bits[row >> 3] |= 1 << (row & 7)
  return bits
}

function int64(values: Float64Array, arena: BatchArena): BigInt64Array {
  const out = arena.i64(values.length)
  const words = new Int32Array(out.buffer, out.byteOffset, values.length * 2)
  for (let row = 0; row < values.length; row++) {
    words[row * 2] = values[row]
    words[row * 2 + 1] = Math.floor(values[row] / 4294967296)
  }
  return out
}

interface Extents {
  readonly start: Int32Array
  readonly end: Int32Array
  readonly nulls: Nulls
}

/** Offsets into what the column holds, if its rows lie one behind the other there; a null takes no room. */
function offsetsInPlace({ start, end, nulls }: Extents, rows: number, arena: BatchArena): Int32Array | null {
  const offsets = arena.i32(rows + 1)
  let at = -1
  let leading = 0
  for (let row = 0; row < rows; row++) {
    offsets[row] = at
    if ((nulls !== null && nulls[row] === 1) || start[row] === end[row]) continue
    if (at === -1) {
      at = start[row]
      offsets[row] = at
      leading = row
    } else if (start[row] !== at) return null
    at = end[row]
  }
  offsets[rows] = at
  return at === -1 ? offsets.fill(0) : offsets.fill(offsets[leading], 0, leading)
}

/** Offsets into a copy in which the rows lie one behind the other. */
function offsetsInCopy({ start, end, nulls }: Extents, rows: number, arena: BatchArena): Int32Array {
  const offsets = arena.i32(rows + 1)
  let at = 0
  for (let row = 0; row < rows; row++) {
    offsets[row] = at
    if (nulls === null || nulls[row] !== 1) at += end[row] - start[row]
  }
  offsets[rows] = at
  return offsets
}

function flatBytes(column: BytesColumn, rows: number, arena: BatchArena) {
  const inPlace = offsetsInPlace(column, rows, arena)
  if (inPlace !== null) return { valueOffsets: inPlace, data: column.bytes }
  const valueOffsets = offsetsInCopy(column, rows, arena)
  const data = arena.u8(valueOffsets[rows])
  const { bytes, start } = column
  for (let row = 0; row < rows; row++) {
    const from = start[row] - valueOffsets[row]
    for (let p = valueOffsets[row]; p < valueOffsets[row + 1]; p++) data[p] = bytes[from + p]
  }
  return { valueOffsets, data }
}

function flatItems(column: ArrayColumn, rows: number, arena: BatchArena) {
  const inPlace = offsetsInPlace(column, rows, arena)
  if (inPlace !== null) return { valueOffsets: inPlace, item: column.item, items: inPlace[rows] }
  const valueOffsets = offsetsInCopy(column, rows, arena)
  const items = valueOffsets[rows]
  const picked = arena.i32(items)
  for (let row = 0; row < rows; row++) {
    for (let k = valueOffsets[row]; k < valueOffsets[row + 1]; k++) {
      picked[k] = column.start[row] + k - valueOffsets[row]
    }
  }
  return { valueOffsets, item: gather(column.item, picked, items, arena), items }
}
