import { limits } from '../../limits.ts'
import type { RecordBuilder } from './columns.ts'
import type { Reviver } from './values.ts'
import { Problem } from './values.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const BRACKET = 0x5b
const BRACE = 0x7b
const BRACKET_END = 0x5d
const BRACE_END = 0x7d
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Puts any record into its columns, as JSON.parse reads it: slow, and the judge of what is wrong with a bad one. */
export function putSlowly(
  root: RecordBuilder,
  row: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): Problem | null {
  let record: unknown
  try {
    record = parseJson(bytes, start, end, root.reviver)
  } catch (error) {
    return new Problem('HR_RECORD_UNDECODABLE', '', `not JSON: ${(error as Error).message}`)
  }
  return root.store(row, record)
}

export function parseJson(
  bytes: Uint8Array,
  start: number,
  end: number,
  reviver: Reviver | undefined,
): unknown {
  if (depthOf(bytes, start, end) > limits.jsonDepth) throw new Error(`nested deeper than ${limits.jsonDepth}`)
  return JSON.parse(
    decoder.decode(bytes.subarray(start, end)),
    reviver as (key: string, value: unknown) => unknown,
  )
}

/** How deep arrays and objects are nested. In what is not JSON it may be any number. */
function depthOf(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0
  let deepest = 0
  let inText = false
  for (let p = start; p < end; p++) {
    const byte = bytes[p]
    if (inText) {
      if (byte === BACKSLASH) p++
      else if (byte === QUOTE) inText = false
    } else if (byte === QUOTE) inText = true
    else if (byte === BRACKET || byte === BRACE) deepest = Math.max(deepest, ++depth)
    else if (byte === BRACKET_END || byte === BRACE_END) depth--
  }
  return deepest
}

/** The position behind the array, object or string at `at`, or -1. What lies between is not checked. */
export function behindNested(bytes: Uint8Array, at: number, end: number): number {
  let depth = 0
  let inText = false
  for (let p = at; p < end; p++) {
    const byte = bytes[p]
    if (inText) {
      if (byte === BACKSLASH) p++
      else if (byte === QUOTE) inText = false
    } else if (byte === QUOTE) inText = true
    else if (byte === BRACKET || byte === BRACE) {
      if (++depth === limits.jsonDepth) return -1
    } else if (byte === BRACKET_END || byte === BRACE_END) depth--
    if (depth === 0 && !inText) return p + 1
  }
  return -1
}
