import type { BatchArena } from './arena.ts'
import type { Nulls } from './columns.ts'
import { BytesColumn } from './columns.ts'

const encoder = new TextEncoder()

/** A column of strings, encoded at one go where all of them are ASCII. Null and undefined take no room. */
export function textColumn(values: readonly unknown[], nulls: Nulls, arena: BatchArena): BytesColumn {
  const text = values.join('')
  const bytes = arena.u8(text.length)
  // A character of more than one byte leaves no room for the last ones.
  if (encoder.encodeInto(text, bytes).read < text.length) return oneByOne(values, nulls, arena)
  const start = arena.i32(values.length)
  const end = arena.i32(values.length)
  let at = 0
  for (let row = 0; row < values.length; row++) {
    start[row] = at
    at += textOf(values[row]).length
    end[row] = at
  }
  return new BytesColumn(bytes, start, end, nulls)
}

function oneByOne(values: readonly unknown[], nulls: Nulls, arena: BatchArena): BytesColumn {
  let length = 0
  for (const value of values) length += Buffer.byteLength(textOf(value))
  const bytes = arena.u8(length)
  const start = arena.i32(values.length)
  const end = arena.i32(values.length)
  let at = 0
  for (let row = 0; row < values.length; row++) {
    start[row] = at
    at += encoder.encodeInto(textOf(values[row]), bytes.subarray(at)).written
    end[row] = at
  }
  return new BytesColumn(bytes, start, end, nulls)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value == null ? '' : String(value)
}
