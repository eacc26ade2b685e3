import type { Column } from '../../engine/batch/columns.ts'
import type { Field } from '../../engine/batch/schema.ts'
import { TextCache } from '../../engine/batch/text.ts'
import type { SqlValue } from './database.ts'

const texts = new TextCache()

/**
 * The values of a column as SQLite takes them, that of row i to `into[slots[i]]`; a row whose slot is negative is
 * left out. They may be kept when the column is gone.
 */
export function fillValues(
  field: Field,
  column: Column,
  slots: Int32Array,
  rows: number,
  into: SqlValue[],
): void {
  const { nulls } = column
  for (let row = 0; row < rows; row++) {
    const slot = slots[row]
    if (slot < 0) continue
    into[slot] = nulls !== null && nulls[row] !== 0 ? null : valueAt(field, column, row)
  }
}

function valueAt(field: Field, column: Column, row: number): SqlValue {
  switch (column.layout) {
    case 'number':
    case 'float':
    case 'bigint':
    case 'bool':
      return column.values[row]
    case 'int':
      return field.values === undefined ? column.values[row] : field.values[column.values[row]]
    case 'bytes':
      return texts.read(column.bytes, column.start[row], column.end[row])
    case 'vector': {
      const { values, size } = column
      return new Uint8Array(values.slice(row * size, (row + 1) * size).buffer)
    }
    default:
      // Refused where the view or series is defined.
      throw new TypeError(`a column of layout ${column.layout} is not kept`)
  }
}

/** A value as it was before it was stored. */
export function storedValue({ kind }: Field, value: unknown): unknown {
  if (value === null) return null
  switch (kind) {
    case 'boolean':
      return value === 1
    case 'vector': {
      const bytes = value as Uint8Array
      return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
    }
    default:
      return value
  }
}
