import type { Field } from '../../batch/schema.ts'
import type { ColumnBuilder } from './column-builder.ts'
import { scanDouble, skipNumber } from './scan-number.ts'
import { behindNested, parseJson } from './slow.ts'

/* Scanners for the rarer kinds, as in json-scan-number.ts: the position behind the value, or -1. */

const COMMA = 0x2c
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const QUOTE = 0x22
const BRACKET = 0x5b
const BRACKET_END = 0x5d

const double = new Float64Array(1)

export function scanFloat(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  values: Float32Array,
  row: number,
): number {
  const end = scanDouble(bytes, view, at, double, 0)
  values[row] = double[0]
  return end
}

export function scanVector(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  values: Float32Array,
  size: number,
  row: number,
): number {
  if (size === 0 || bytes[at] !== BRACKET) return -1
  let p = at
  for (let k = 0; k < size; k++) {
    if (k > 0 && bytes[p] !== COMMA) return -1
    p = scanFloat(bytes, view, p + 1, values, row * size + k)
    if (p === -1) return -1
  }
  return bytes[p] === BRACKET_END ? p + 1 : -1
}

/** A decimal, as text or as a number, without an exponent and of no more digits than the field has. */
export function scanDecimal(
  bytes: Uint8Array,
  at: number,
  field: Field,
  start: Int32Array,
  end: Int32Array,
  row: number,
): number {
  const quoted = bytes[at] === QUOTE
  const from = quoted ? at + 1 : at
  const to = skipNumber(bytes, from)
  if (to === -1 || (quoted && bytes[to] !== QUOTE)) return -1
  const whole = bytes[from] === MINUS ? from + 1 : from
  const point = behindDigits(bytes, whole)
  const fraction = bytes[point] === DOT ? point + 1 : point
  if (behindDigits(bytes, fraction) !== to) return -1
  const { precision = 0, scale = 0 } = field
  const wholeDigits = bytes[whole] === ZERO ? 0 : point - whole
  if (wholeDigits > precision - scale || to - fraction > scale) return -1
  start[row] = from
  end[row] = to
  return quoted ? to + 1 : to
}

function behindDigits(bytes: Uint8Array, at: number): number {
  let p = at
  while (bytes[p] >= ZERO && bytes[p] <= NINE) p++
  return p
}

/** An array, an object or a string by way of JSON.parse. */
export function scanOther(
  bytes: Uint8Array,
  at: number,
  end: number,
  builder: ColumnBuilder,
  row: number,
): number {
  const behind = behindNested(bytes, at, end)
  if (behind === -1) return -1
  try {
    return builder.put(row, parseJson(bytes, at, behind, builder.reviver)) === null ? behind : -1
  } catch {
    return -1
  }
}
