import type { Batch } from '../../engine/batch/batch.ts'
import { readRow } from '../../engine/batch/values.ts'
import type { SeenRow } from './explanation.ts'

export function seenRow(batch: Batch, row: number): SeenRow {
  return { row: readRow(batch, row) as SeenRow['row'], time: batch.time[row] }
}

/** By what a row is found again in another run over the same input. */
export function rowText({ row, time }: SeenRow): string {
  // The topic between two stages has whole milliseconds.
  return JSON.stringify([Math.floor(time), row], plain)
}

/** A value, to be compared with others of its column. */
export function valueText(value: unknown): string {
  return JSON.stringify(value ?? null, plain)
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return ArrayBuffer.isView(value) ? [...(value as Uint8Array)].map(String) : value
}
