import type { BatchArena } from './arena.ts'
import { Batch } from './batch.ts'
import type { Column } from './columns.ts'
import type { Schema } from './schema.ts'
import { Tick } from './tick.ts'
import { columnOfValues } from './value-columns.ts'

/** A batch of plain row objects, outside of any task: for tests, generators and the command line. */
export function batchOfRows<T>(
  schema: Schema<T>,
  rows: readonly T[],
  time: Float64Array,
  arena: BatchArena,
): Batch<T> {
  const tick = new Tick(arena, Number.NEGATIVE_INFINITY, Number.NaN)
  const column = (index: number): Column => {
    const name = schema.names[index] as string
    const field = schema.fields[name]
    if (field === undefined) throw new RangeError(`no column ${index}`)
    return columnOfValues(
      field,
      rows.map(row => (row as Record<string, unknown>)[name]),
      arena,
    )
  }
  return new Batch(schema, tick, rows.length, null, { column }, time)
}
