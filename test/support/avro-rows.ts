import { BatchArena } from '../../engine/batch/arena.ts'
import type { Column } from '../../engine/batch/columns.ts'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import type { EncodedRows, RowDecoder } from '../../engine/codec/codec.ts'

export interface Layout {
  /** What stands around each record. */
  readonly guard?: number
  /** Bytes behind the last record: without them the last ones are decoded byte by byte. */
  readonly behind?: number
}

/** Records in one buffer, apart from each other; null for a tombstone. */
export function placed(
  values: readonly (Uint8Array | null)[],
  { guard = 0xff, behind = 64 }: Layout = {},
): EncodedRows {
  const gap = 3
  const length = values.reduce((sum, value) => sum + gap + (value?.length ?? 0), behind)
  const bytes = new Uint8Array(length).fill(guard)
  const start = new Int32Array(values.length)
  const end = new Int32Array(values.length)
  let at = 0
  values.forEach((value, row) => {
    at += gap
    start[row] = value === null ? -1 : at
    if (value !== null) bytes.set(value, at)
    at += value?.length ?? 0
    end[row] = at
  })
  return { bytes, start, end, rows: values.length }
}

/** Each row as a plain object of its wanted fields; `code: message` where it is bad; null for a tombstone. */
export function decoded(
  schema: Schema,
  decoder: RowDecoder,
  input: EncodedRows,
  wanted: readonly boolean[] = schema.names.map(() => true),
): unknown[] {
  const arena = new BatchArena(true)
  const bad = new Map<number, string>()
  const columns = decoder.decode(input, wanted, arena, {
    add: (row, code, message) => bad.set(row, `${code}: ${message}`),
  })
  const rows = Array.from({ length: input.rows }, (_, row) => {
    if (input.start[row] < 0) return null
    return bad.get(row) ?? rowAt(schema, columns, row)
  })
  arena.close()
  return rows
}

function rowAt(schema: Schema, columns: readonly (Column | null)[], row: number): unknown {
  return Object.fromEntries(
    schema.names.flatMap((name, k) => {
      const column = columns[k]
      return column === null ? [] : [[name, readValue(schema.fields[name] as Field, column, row)]]
    }),
  )
}
