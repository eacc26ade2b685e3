import type { Column } from '../../engine/batch/columns.ts'
import { layoutOf } from '../../engine/batch/columns.ts'
import type { Field } from '../../engine/batch/schema.ts'
import type { RespBuffer } from './resp-buffer.ts'

/**
 * A stored value: its event time and position, two doubles; one byte, 0 for null; then the value. All of it little-endian: a double for long,
 * double and timestamp; 32 bits for int, float and the code of an enum; 64 bits for bigint; a byte for boolean; UTF-8
 * for string and decimal; the floats of a vector.
 */
const STAMP_BYTES = 16
const HEAD_BYTES = STAMP_BYTES + 1

export interface Stamp {
  readonly time: number
  readonly position: number
}

/** Appends one row's value of a column, as an argument. */
export function putValue(out: RespBuffer, column: Column, row: number, time: number, position: number): void {
  const isNull = column.nulls !== null && column.nulls[row] === 1
  out.argument(HEAD_BYTES + (isNull ? 0 : lengthOf(column, row)))
  out.f64(time)
  out.f64(position)
  out.u8(isNull ? 0 : 1)
  if (!isNull) putPayload(out, column, row)
  out.lineEnd()
}

function lengthOf(column: Column, row: number): number {
  switch (column.layout) {
    case 'number':
    case 'bigint':
      return 8
    case 'int':
    case 'float':
      return 4
    case 'bool':
      return 1
    case 'bytes':
      return column.end[row] - column.start[row]
    case 'vector':
      return 4 * column.size
    default:
      throw new TypeError(`a view has no field of layout ${column.layout}`)
  }
}

function putPayload(out: RespBuffer, column: Column, row: number): void {
  switch (column.layout) {
    case 'number':
      out.f64(column.values[row])
      break
    case 'int':
      out.i32(column.values[row])
      break
    case 'bool':
      out.u8(column.values[row])
      break
    case 'bigint':
      out.i64(column.values[row])
      break
    case 'float':
      out.f32(column.values[row])
      break
    case 'bytes':
      out.copy(column.bytes, column.start[row], column.end[row])
      break
    case 'vector':
      for (let k = 0; k < column.size; k++) out.f32(column.values[row * column.size + k])
  }
}

export function timeIn(stored: Buffer): number {
  return stored.readDoubleLE(0)
}

/** The value behind the stamp, as plain JavaScript. */
export function valueIn(stored: Buffer, field: Field): unknown {
  if (stored[STAMP_BYTES] === 0) return null
  switch (layoutOf(field)) {
    case 'number':
      return stored.readDoubleLE(HEAD_BYTES)
    case 'int': {
      const code = stored.readInt32LE(HEAD_BYTES)
      return field.values ? field.values[code] : code
    }
    case 'bool':
      return stored[HEAD_BYTES] === 1
    case 'bigint':
      return stored.readBigInt64LE(HEAD_BYTES)
    case 'float':
      return stored.readFloatLE(HEAD_BYTES)
    case 'vector':
      return floatsIn(stored, field.size as number)
    default:
      return stored.toString('utf8', HEAD_BYTES)
  }
}

function floatsIn(stored: Buffer, size: number): Float32Array {
  const values = new Float32Array(size)
  for (let k = 0; k < size; k++) values[k] = stored.readFloatLE(HEAD_BYTES + 4 * k)
  return values
}
