import type { BatchArena } from '../../batch/arena.ts'
import type { Column } from '../../batch/columns.ts'
import {
  BigintColumn,
  BoolColumn,
  BytesColumn,
  FloatColumn,
  IntColumn,
  NumberColumn,
} from '../../batch/columns.ts'
import type { Field } from '../../batch/schema.ts'
import { HeadraceError } from '../../errors.ts'

/** Bytes of a value of fixed length; 0 for those that carry their length. */
function widthOf(column: Column): number {
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
      return 0
    default:
      throw new HeadraceError('HR_CONFIG_INVALID', `a ${column.layout} column cannot be part of a key`)
  }
}

/** Several key columns as one byte string a row: fixed ones as they are, others behind their length. */
export function packKeys(columns: readonly Column[], rows: number, arena: BatchArena): BytesColumn {
  const start = arena.i32(rows)
  const end = arena.i32(rows)
  let total = 0
  for (const column of columns) {
    const width = widthOf(column)
    if (width > 0) total += width * rows
    else if (column.layout === 'bytes') {
      for (let row = 0; row < rows; row++) total += 4 + column.end[row] - column.start[row]
    }
  }
  const bytes = arena.u8(total)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  for (let row = 0; row < rows; row++) {
    start[row] = at
    for (const column of columns) at = pack(column, row, view, bytes, at)
    end[row] = at
  }
  return new BytesColumn(bytes, start, end)
}

function pack(column: Column, row: number, view: DataView, bytes: Uint8Array, at: number): number {
  switch (column.layout) {
    case 'number':
      view.setFloat64(at, column.values[row], true)
      return at + 8
    case 'bigint':
      view.setBigInt64(at, column.values[row] as bigint, true)
      return at + 8
    case 'int':
      view.setInt32(at, column.values[row], true)
      return at + 4
    case 'float':
      view.setFloat32(at, column.values[row], true)
      return at + 4
    case 'bool':
      bytes[at] = column.values[row]
      return at + 1
    case 'bytes': {
      const from = column.start[row]
      const length = column.end[row] - from
      view.setInt32(at, length, true)
      for (let k = 0; k < length; k++) bytes[at + 4 + k] = column.bytes[from + k]
      return at + 4 + length
    }
    default:
      return at
  }
}

/** The columns that `packKeys` packed. */
export function unpackKeys(
  keys: BytesColumn,
  fields: readonly Field[],
  rows: number,
  arena: BatchArena,
): Column[] {
  const { bytes } = keys
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = arena.i32(rows)
  for (let row = 0; row < rows; row++) at[row] = keys.start[row]
  return fields.map(field => unpack(field, bytes, view, at, rows, arena))
}

function unpack(
  field: Field,
  bytes: Uint8Array,
  view: DataView,
  at: Int32Array,
  rows: number,
  arena: BatchArena,
): Column {
  const each = (width: number, read: (row: number, position: number) => void) => {
    for (let row = 0; row < rows; row++) {
      read(row, at[row])
      at[row] += width
    }
  }
  switch (field.kind) {
    case 'boolean': {
      const values = arena.u8(rows)
      each(1, (row, position) => (values[row] = bytes[position]))
      return new BoolColumn(values)
    }
    case 'int':
    case 'enum': {
      const values = arena.i32(rows)
      each(4, (row, position) => (values[row] = view.getInt32(position, true)))
      return new IntColumn(values)
    }
    case 'float': {
      const values = arena.f32(rows)
      each(4, (row, position) => (values[row] = view.getFloat32(position, true)))
      return new FloatColumn(values)
    }
    case 'bigint': {
      const values = arena.i64(rows)
      each(8, (row, position) => (values[row] = view.getBigInt64(position, true)))
      return new BigintColumn(values)
    }
    case 'string':
    case 'decimal':
    case 'bytes': {
      const start = arena.i32(rows)
      const end = arena.i32(rows)
      for (let row = 0; row < rows; row++) {
        start[row] = at[row] + 4
        end[row] = start[row] + view.getInt32(at[row], true)
        at[row] = end[row]
      }
      return new BytesColumn(bytes, start, end)
    }
    default: {
      const values = arena.f64(rows)
      each(8, (row, position) => (values[row] = view.getFloat64(position, true)))
      return new NumberColumn(values)
    }
  }
}
