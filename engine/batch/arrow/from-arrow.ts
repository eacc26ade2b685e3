import type { Data, RecordBatch } from 'apache-arrow'
import { DataType, TimeUnit } from 'apache-arrow'
import { HeadraceError } from '../../errors.ts'
import type { BatchArena } from '../arena.ts'
import type { Column, Nulls } from '../columns.ts'
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
} from '../columns.ts'
import type { Field, Schema } from '../schema.ts'
import { decodeText } from '../text.ts'
import { blankColumn } from './blank-column.ts'

/**
 * The columns of an Arrow record batch, in the order of a schema; found by name, further ones ignored. What
 * Arrow and columns lay out alike is shared, as are the bytes of strings and their positions; 64 bit
 * integers and times that a number column is to hold, booleans, nulls and codes of enums are converted.
 */
export function fromArrow(batch: RecordBatch, schema: Schema, arena: BatchArena): Column[] {
  return fieldsFromArrow(schema, batch.data, { arena, path: '', hidden: null })
}

/** One column out of Arrow's data for it, which is what a vector's `data` holds for each batch. */
export function columnFromArrow(field: Field, data: Data, arena: BatchArena, path: string): Column {
  return columnAt(field, data, { arena, path, hidden: null })
}

/** Where a column stands. `hidden` marks the rows that are null further out, in which anything may stand. */
interface Place {
  readonly arena: BatchArena
  readonly path: string
  readonly hidden: Nulls
}

function columnAt(field: Field, data: Data, place: Place): Column {
  const { arena, path } = place
  if (DataType.isNull(data.type) && field.nullable) return blankColumn(field, data.length, arena)
  const nulls = nullsOf(data, arena)
  const hidden = either(nulls, place.hidden, arena)
  if (!field.nullable && hidden?.some((flag, row) => flag !== (place.hidden?.[row] ?? 0))) {
    throw mismatch(path, 'has nulls, which the schema does not allow')
  }
  const column = convert(field, data, field.nullable ? nulls : null, { arena, path, hidden })
  if (column === null) throw mismatch(path, `is ${data.type} in Arrow, which is no ${field.kind}`)
  return column
}

function either(one: Nulls, other: Nulls, arena: BatchArena): Nulls {
  if (one === null || other === null) return one ?? other
  const out = arena.u8(one.length)
  for (let row = 0; row < one.length; row++) out[row] = one[row] | other[row]
  return out
}

function fieldsFromArrow(record: Field, data: Data, place: Place): Column[] {
  const { arena, hidden } = place
  return Object.entries(record.fields ?? {}).map(([name, field]) => {
    const index = data.type.children.findIndex((child: { name: string }) => child.name === name)
    const path = place.path === '' ? name : `${place.path}.${name}`
    if (index >= 0) return columnAt(field, data.children[index], { arena, path, hidden })
    if (field.nullable) return blankColumn(field, data.length, arena)
    throw mismatch(path, 'is not in the Arrow batch, and may not be null')
  })
}

/** Null where Arrow's type is none that the field's column can be made of. */
function convert(field: Field, data: Data, nulls: Nulls, place: Place): Column | null {
  const { type, length } = data
  // What came in a file is padded.
  const values = data.values?.subarray(0, length)
  switch (field.kind) {
    case 'boolean':
      return DataType.isBool(type)
        ? new BoolColumn(unpacked(data.values, data.offset, length, place.arena), nulls)
        : null
    case 'int':
      return values instanceof Int32Array && DataType.isInt(type) ? new IntColumn(values, nulls) : null
    case 'float':
      return values instanceof Float32Array ? new FloatColumn(values, nulls) : null
    case 'double':
      return values instanceof Float64Array ? new NumberColumn(values, nulls) : null
    case 'bigint':
      return isInt64(type) ? new BigintColumn(values, nulls) : null
    case 'long':
      return isInt64(type) ? new NumberColumn(numbers(values, 1, place), nulls) : null
    case 'timestamp':
      return DataType.isTimestamp(type)
        ? new NumberColumn(numbers(values, MILLISECONDS[type.unit], place), nulls)
        : null
    case 'string':
    case 'decimal':
      return DataType.isUtf8(type) ? bytesColumn(data, nulls) : null
    case 'bytes':
      return DataType.isBinary(type) ? bytesColumn(data, nulls) : null
    case 'enum':
      return DataType.isDictionary(type) ? enumColumn(field, data, nulls, place) : null
    case 'vector':
      return DataType.isFixedSizeList(type) && type.listSize === field.size
        ? vectorColumn(field, data, nulls)
        : null
    case 'array':
      return DataType.isList(type) ? arrayColumn(field, data, nulls, place) : null
    case 'record':
      return DataType.isStruct(type) ? new RecordColumn(fieldsFromArrow(field, data, place), nulls) : null
  }
}

function isInt64(type: DataType): boolean {
  return DataType.isInt(type) && type.bitWidth === 64 && type.isSigned
}

function nullsOf(data: Data, arena: BatchArena): Nulls {
  if (data.nullCount === 0) return null
  const valid = unpacked(data.nullBitmap, data.offset, data.length, arena)
  for (let row = 0; row < data.length; row++) valid[row] ^= 1
  return valid
}

/** A byte for each bit. */
function unpacked(bits: Uint8Array, offset: number, rows: number, arena: BatchArena): Uint8Array {
  const flags = arena.u8(rows)
  for (let row = 0; row < rows; row++) flags[row] = (bits[(offset + row) >> 3] >> ((offset + row) & 7)) & 1
  return flags
}

/** How many milliseconds a unit of time is. */
const MILLISECONDS: Record<TimeUnit, number> = {
  [TimeUnit.SECOND]: 1000,
  [TimeUnit.MILLISECOND]: 1,
  [TimeUnit.MICROSECOND]: 1e-3,
  [TimeUnit.NANOSECOND]: 1e-6,
}

/** 64 bit integers as numbers; of units smaller than `scale` tells, the rest is dropped. */
function numbers(values: BigInt64Array, scale: number, { arena, path, hidden }: Place): Float64Array {
  const out = arena.f64(values.length)
  const divisor = BigInt(Math.round(1 / Math.min(1, scale)))
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
  for (let row = 0; row < values.length; row++) {
    const value = words[row * 2 + 1] * 4294967296 + (words[row * 2] >>> 0)
    if (divisor === 1n) out[row] = value * Math.max(1, scale)
    else
      out[row] = Number.isSafeInteger(value)
        ? Math.floor(value / Number(divisor))
        : floorDivide(values[row], divisor)
    if (!Number.isSafeInteger(out[row]) && (hidden === null || hidden[row] === 0)) {
      throw new HeadraceError('HR_NUMBER_UNSAFE', `${path} holds ${values[row]}, which is beyond 2^53`)
    }
  }
  return out
}

function floorDivide(value: bigint, divisor: bigint): number {
  return Number((value - (((value % divisor) + divisor) % divisor)) / divisor)
}

function bytesColumn(data: Data, nulls: Nulls): BytesColumn {
  const { values, valueOffsets, length } = data
  return new BytesColumn(
    values,
    valueOffsets.subarray(0, length),
    valueOffsets.subarray(1, length + 1),
    nulls,
  )
}

function enumColumn(field: Field, data: Data, nulls: Nulls, { arena, path, hidden }: Place): Column {
  const dictionary = data.dictionary?.data ?? []
  const names: readonly string[] = dictionary.flatMap(part => {
    if (!DataType.isUtf8(part.type)) return []
    return Array.from({ length: part.length }, (_, k) =>
      decodeText(part.values, part.valueOffsets[k], part.valueOffsets[k + 1]),
    )
  })
  const codes = names.map(name => (field.values ?? []).indexOf(name))
  if (data.values instanceof Int32Array && codes.every((code, k) => code === k))
    return new IntColumn(data.values, nulls)
  const out = arena.i32(data.length)
  for (let row = 0; row < data.length; row++) {
    out[row] = codes[Number(data.values[row])] ?? -1
    if (out[row] === -1 && (hidden === null || hidden[row] === 0)) {
      throw mismatch(
        path,
        `holds ${names[Number(data.values[row])]}, which is none of ${field.values?.join(', ')}`,
      )
    }
  }
  return new IntColumn(out, nulls)
}

function vectorColumn(field: Field, data: Data, nulls: Nulls): Column | null {
  const [child] = data.children
  const size = field.size as number
  return child.values instanceof Float32Array && child.nullCount === 0
    ? new VectorColumn(child.values.subarray(0, data.length * size), size, nulls)
    : null
}

function arrayColumn(field: Field, data: Data, nulls: Nulls, { arena, path }: Place): Column {
  const { valueOffsets, length } = data
  const item = columnFromArrow(field.item as Field, data.children[0], arena, `${path}[]`)
  return new ArrayColumn(valueOffsets.subarray(0, length), valueOffsets.subarray(1, length + 1), item, nulls)
}

function mismatch(path: string, what: string): HeadraceError {
  return new HeadraceError('HR_ARROW_MISMATCH', `${path} ${what}`)
}
