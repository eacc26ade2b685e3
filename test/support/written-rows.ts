import { randomUUID } from 'node:crypto'
import type { Schema } from '../../engine/batch/schema.ts'
import type { StoreRows, StoreWriter } from '../../engine/stores/stores.ts'
import { storeRows } from './store-rows.ts'

/** What a sink writes in one row: when, from where in the log, and the values of its columns. */
export interface WrittenRow {
  readonly time: number
  readonly position?: number
  readonly [column: string]: unknown
}

/** Writes rows in one batch; they are acknowledged when this resolves. */
export async function writeRows(
  writer: StoreWriter,
  schema: Schema,
  rows: readonly WrittenRow[],
): Promise<void> {
  await writer.write(rowsOf(schema, rows))
  const rejects = await writer.flush()
  if (rejects.length > 0) throw new Error(`refused: ${rejects[0].message}`)
}

/** A row without a position has that of its place among these. */
export function rowsOf(schema: Schema, rows: readonly WrittenRow[]): StoreRows {
  const times = rows.map(row => row.time)
  const position = Float64Array.from(rows, (row, index) => row.position ?? index)
  return { ...storeRows(schema, rows, times), position }
}

/** A name that no other test gives: servers are shared. */
export function ownName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`
}
