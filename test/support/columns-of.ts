import type { Column } from '../../engine/batch/columns.ts'
import {
  ArrayColumn,
  BigintColumn,
  BoolColumn,
  BytesColumn,
  FloatColumn,
  IntColumn,
  layoutOf,
  NumberColumn,
  RecordColumn,
  VectorColumn,
} from '../../engine/batch/columns.ts'
import type { Field } from '../../engine/batch/schema.ts'

/** The columns of plain rows, each in memory of its own. */
export function columnsOf(record: Field, rows: readonly unknown[]): Column[] {
  return Object.entries(record.fields!).map(([name, field]) =>
    columnOf(
      field,
      rows.map(row => (row === null ? null : (row as Record<string, unknown>)[name])),
    ),
  )
}

export function columnOf(field: Field, values: readonly unknown[]): Column {
  const isNull = values.map(value => value === null || value === undefined)
  const nulls = isNull.includes(true) ? Uint8Array.from(isNull, Number) : null
  const numbers = values.map((value, row) => (isNull[row] ? 77 : (value as number)))
  switch (layoutOf(field)) {
    case 'number':
      return new NumberColumn(Float64Array.from(numbers), nulls)
    case 'float':
      return new FloatColumn(Float32Array.from(numbers), nulls)
    case 'int':
      return new IntColumn(
        Int32Array.from(values, (value, row) =>
          isNull[row] ? 0 : field.values ? field.values.indexOf(value as string) : (value as number),
        ),
        nulls,
      )
    case 'bool':
      return new BoolColumn(Uint8Array.from(values, Number), nulls)
    case 'bigint':
      return new BigintColumn(
        BigInt64Array.from(values, (value, row) => (isNull[row] ? 77n : (value as bigint))),
        nulls,
      )
    case 'bytes':
      return bytesColumn(values, nulls)
    case 'vector': {
      const blank = new Float32Array(field.size!)
      const all = values.flatMap(value => Array.from((value as Float32Array | null) ?? blank))
      return new VectorColumn(Float32Array.from(all), field.size!, nulls)
    }
    case 'array': {
      const lists = values.map(value => (value as unknown[] | null) ?? [])
      const { start, end } = extents(lists.map(list => list.length))
      return new ArrayColumn(start, end, columnOf(field.item!, lists.flat(1)), nulls)
    }
    case 'record':
      return new RecordColumn(columnsOf(field, values), nulls)
  }
}

function bytesColumn(values: readonly unknown[], nulls: Uint8Array | null): BytesColumn {
  const parts = values.map(value => Buffer.from((value as string | Uint8Array | null) ?? ''))
  const { start, end } = extents(parts.map(part => part.length))
  return new BytesColumn(Uint8Array.from(Buffer.concat(parts)), start, end, nulls)
}

function extents(lengths: readonly number[]): { start: Int32Array; end: Int32Array } {
  const start = new Int32Array(lengths.length)
  const end = new Int32Array(lengths.length)
  let at = 0
  lengths.forEach((length, row) => {
    start[row] = at
    at += length
    end[row] = at
  })
  return { start, end }
}
