import type { Schema } from '../../engine/batch/schema.ts'
import type { StoreRows } from '../../engine/stores/stores.ts'
import { columnsOf } from './columns-of.ts'

/** Plain rows as a store's writer gets them. Without times they are of the beginning of 1970. */
export function storeRows<T>(
  schema: Schema<T>,
  rows: readonly unknown[],
  times: readonly number[] = rows.map(() => 0),
): StoreRows {
  return {
    rows: rows.length,
    columns: columnsOf(schema, rows),
    time: Float64Array.from(times),
    position: Float64Array.from(rows, (_, index) => index),
  }
}
