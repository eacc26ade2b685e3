import type { BatchArena } from '../../engine/batch/arena.ts'
import { Batch } from '../../engine/batch/batch.ts'
import type { Column } from '../../engine/batch/columns.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import { Tick } from '../../engine/batch/tick.ts'
import { columnsOf } from './columns-of.ts'

/** A batch of plain rows, on a tick that knows nothing but its memory. */
export function batchOf<T>(schema: Schema<T>, rows: readonly unknown[], arena: BatchArena): Batch<T> {
  return batchOfColumns(schema, columnsOf(schema, rows), rows.length, arena)
}

export function batchOfColumns<T>(
  schema: Schema<T>,
  columns: readonly Column[],
  rows: number,
  arena: BatchArena,
): Batch<T> {
  const tick = new Tick(arena, Number.NEGATIVE_INFINITY, Number.NaN)
  tick.rows = rows
  tick.time = tick.watermark = tick.offset = new Float64Array(rows)
  return new Batch(schema, tick, rows, null, { column: index => columns[index] })
}
