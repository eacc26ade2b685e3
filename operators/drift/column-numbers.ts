import type { Batch } from '../../engine/batch/batch.ts'
import type { Column, FloatColumn, IntColumn, NumberColumn } from '../../engine/batch/columns.ts'

/** The numbers of a column by row; NaN for a null. */
export function numbersOf(column: Column, { rows, arena }: Batch): Float64Array {
  const { values, nulls } = column as NumberColumn | IntColumn | FloatColumn
  if (nulls === null && values instanceof Float64Array) return values.subarray(0, rows)
  const out = arena.f64(rows)
  for (let row = 0; row < rows; row++)
    out[row] = nulls !== null && nulls[row] === 1 ? Number.NaN : values[row]
  return out
}
