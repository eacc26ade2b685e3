import { BatchArena } from '../../engine/batch/arena.ts'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import type { EncodedRows, RowDecoder } from '../../engine/codec/codec.ts'
import type { ErrorCode } from '../../engine/error-codes.ts'

/** Values one behind the other, as they lie in a fetched buffer; null for a tombstone. */
export function encodedRows(values: readonly (string | Uint8Array | null)[]): EncodedRows {
  const parts = values.map(value => Buffer.from(value ?? ''))
  const start = new Int32Array(values.length)
  const end = new Int32Array(values.length)
  let at = 3
  values.forEach((value, row) => {
    start[row] = value === null ? -1 : at
    at += parts[row].length
    end[row] = at
  })
  return { bytes: Buffer.concat([Buffer.from('???'), ...parts]), start, end, rows: values.length }
}

export interface BadRow {
  readonly code: ErrorCode
  readonly message: string
}

/** Each row as a plain object of its wanted fields, or why it is bad, or null for a tombstone. */
export function decodedRows(
  schema: Schema,
  decoder: RowDecoder,
  input: EncodedRows,
  wanted: readonly boolean[] = schema.names.map(() => true),
): unknown[] {
  const arena = new BatchArena(true)
  const bad = new Map<number, BadRow>()
  const columns = decoder.decode(input, wanted, arena, {
    add: (row, code, message) => bad.set(row, { code, message }),
  })
  const rows = Array.from({ length: input.rows }, (_, row) => {
    if (input.start[row] < 0) return null
    if (bad.has(row)) return bad.get(row)
    return Object.fromEntries(
      schema.names.flatMap((name, k) =>
        wanted[k] ? [[name, readValue(schema.fields[name] as Field, columns[k]!, row)]] : [],
      ),
    )
  })
  arena.close()
  return rows
}
