import { decodeText } from '../../batch/text.ts'
import { storeLong, storeShort } from './decimal-to-double.ts'

/*
 * Numbers in JSON text. A scanner reads the value at `at`, stores it at `row` and gives the position behind
 * it, or -1 for whatever it does not know to be right: the record then takes the slow path. It may run past
 * the end of its record into the next, so its caller compares the position with the end.
 */

const MINUS = 0x2d
const PLUS = 0x2b
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const EXPONENT = 0x65
const LOWER_CASE = 0x20

/** False behind the end of the bytes, where there is no number to compare with. */
function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}

/** The position behind the digits at `at`; `at` where there are none, -1 where a zero leads others. */
function behindDigits(bytes: Uint8Array, at: number): number {
  let p = at
  while (isDigit(bytes[p])) p++
  return bytes[at] === ZERO && p - at > 1 ? -1 : p
}

export function scanInt(bytes: Uint8Array, at: number, values: Int32Array, row: number): number {
  const start = bytes[at] === MINUS ? at + 1 : at
  let p = start
  let value = 0
  for (let digit = 0; (digit = bytes[p] - ZERO) >= 0 && digit <= 9; p++) value = (value * 10 + digit) | 0
  if (p === start || p - start > 9 || (bytes[start] === ZERO && p - start > 1)) return -1
  values[row] = start === at ? value : -value
  return p
}

/** Four digits at once: their value, or -1 where one of the four bytes is none. The first byte weighs most. */
function fourDigits(view: DataView, at: number): number {
  const word = view.getInt32(at, true)
  if ((word & 0xf0f0f0f0) !== 0x30303030 || ((word + 0x06060606) & 0xf0f0f0f0) !== 0x30303030) return -1
  const digits = word - 0x30303030
  const pairs = digits * 10 + (digits >>> 8)
  return (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff)
}

export function scanLong(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  values: Float64Array,
  row: number,
): number {
  const start = bytes[at] === MINUS ? at + 1 : at
  const lastFour = Math.min(start + 12, bytes.length - 4)
  let p = start
  let value = 0
  for (let four = 0; p <= lastFour && (four = fourDigits(view, p)) >= 0; p += 4) value = value * 10_000 + four
  for (let digit = 0; p - start < 16 && (digit = bytes[p] - ZERO) >= 0 && digit <= 9; p++)
    value = value * 10 + digit
  if (isDigit(bytes[p])) return -1
  if (p === start || (bytes[start] === ZERO && p - start > 1) || value > Number.MAX_SAFE_INTEGER) return -1
  values[row] = start === at ? value : 0 - value
  return p
}

/** `words` are the low and the high half of each value. */
export function scanBigint(bytes: Uint8Array, at: number, words: Int32Array, row: number): number {
  const start = bytes[at] === MINUS ? at + 1 : at
  const end = behindDigits(bytes, start)
  if (end <= start || end - start > 19) return -1
  const middle = Math.max(start, end - 9)
  const high = digitsOf(bytes, start, middle)
  // high * 10^9 + low in two steps of 16 bits, each of which a double holds exactly.
  const lower = (high % 65536) * 1e9 + digitsOf(bytes, middle, end)
  const upper = Math.floor(high / 65536) * 1e9 + Math.floor(lower / 65536)
  let high32 = Math.floor(upper / 65536)
  let low32 = ((upper % 65536) * 65536 + (lower % 65536)) | 0
  if (high32 > 0x7fffffff) return -1
  if (start !== at) {
    low32 = -low32 | 0
    high32 = low32 === 0 ? -high32 : ~high32
  }
  words[row * 2] = low32
  words[row * 2 + 1] = high32
  return end
}

function digitsOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0
  for (let p = start; p < end; p++) value = value * 10 + (bytes[p] - ZERO)
  return value
}

export function scanDouble(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  values: Float64Array,
  row: number,
): number {
  const start = bytes[at] === MINUS ? at + 1 : at
  const limit = bytes.length - 4
  let p = start
  let digit = 0
  let four = 0
  let head = 0
  for (; p <= limit && p - start < 12 && (four = fourDigits(view, p)) >= 0; p += 4)
    head = head * 10_000 + four
  for (; p - start < 15 && (digit = bytes[p] - ZERO) >= 0 && digit <= 9; p++) head = head * 10 + digit
  const whole = p - start
  if (whole === 0 || (bytes[start] === ZERO && whole > 1)) return -1
  let point = p
  let tailStart = p
  let tail = 0
  if (bytes[p] === DOT) {
    point = ++p
    const headEnd = point + 15 - whole
    const lastFour = Math.min(limit, headEnd - 4)
    for (; p <= lastFour && (four = fourDigits(view, p)) >= 0; p += 4) head = head * 10_000 + four
    for (; p < headEnd && (digit = bytes[p] - ZERO) >= 0 && digit <= 9; p++) head = head * 10 + digit
    tailStart = p
    for (; p - tailStart < 4 && (digit = bytes[p] - ZERO) >= 0 && digit <= 9; p++)
      tail = (tail * 10 + digit) | 0
    if (p === point) return -1
  }
  const next = bytes[p]
  if (isDigit(next) || (next | LOWER_CASE) === EXPONENT) return scanAnyDouble(bytes, at, values, row)
  const stored =
    p === tailStart
      ? storeShort(head, point - p, start !== at, values, row)
      : storeLong(head, tail, p - tailStart, p - point, start !== at, values, row)
  return stored ? p : scanAnyDouble(bytes, at, values, row)
}

/** Any number of JSON's grammar: with an exponent, or with more digits than fit. */
function scanAnyDouble(bytes: Uint8Array, at: number, values: Float64Array, row: number): number {
  const end = skipNumber(bytes, at)
  if (end !== -1) values[row] = Number(decodeText(bytes, at, end))
  return end
}

/** The position behind the number at `at`, whatever its value. */
export function skipNumber(bytes: Uint8Array, at: number): number {
  const start = bytes[at] === MINUS ? at + 1 : at
  let p = behindDigits(bytes, start)
  if (p <= start) return -1
  if (bytes[p] === DOT) {
    const point = p + 1
    p = point
    while (isDigit(bytes[p])) p++
    if (p === point) return -1
  }
  if ((bytes[p] | LOWER_CASE) === EXPONENT) {
    const sign = bytes[p + 1]
    const exponent = sign === PLUS || sign === MINUS ? p + 2 : p + 1
    p = exponent
    while (isDigit(bytes[p])) p++
    if (p === exponent) return -1
  }
  return p
}
