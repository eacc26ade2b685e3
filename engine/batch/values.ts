import type { Batch } from './batch.ts'
import type { Column } from './columns.ts'
import type { Field } from './schema.ts'
import { decodeText } from './text.ts'

/** One value of a column as plain JavaScript that may be kept: the general, slow way. */
export function readValue(field: Field, column: Column, row: number): unknown {
  if (column.nulls !== null && column.nulls[row] === 1) return null
  switch (column.layout) {
    case 'number':
    case 'float':
    case 'bigint':
      return column.values[row]
    case 'int':
      return field.values ? field.values[column.values[row]] : column.values[row]
    case 'bool':
      return column.values[row] === 1
    case 'bytes':
      return field.kind === 'bytes'
        ? column.bytes.slice(column.start[row], column.end[row])
        : decodeText(column.bytes, column.start[row], column.end[row])
    case 'vector':
      return column.values.slice(row * column.size, (row + 1) * column.size)
    case 'array': {
      const items: unknown[] = []
      for (let k = column.start[row]; k < column.end[row]; k++)
        items.push(readValue(field.item as Field, column.item, k))
      return items
    }
    case 'record':
      return Object.fromEntries(
        Object.entries(field.fields ?? {}).map(([name, inner], k) => [
          name,
          readValue(inner, column.fields[k], row),
        ]),
      )
  }
}

/** One row of a batch as a plain object that may be kept. */
export function readRow<T>(batch: Batch<T>, row: number): T {
  const { schema } = batch
  return Object.fromEntries(
    schema.names.map((name, index) => [name, readValue(schema.fields[name], batch.column(index), row)]),
  ) as T
}

export function readRows<T>(batch: Batch<T>): T[] {
  return Array.from({ length: batch.rows }, (_, row) => readRow(batch, row))
}
