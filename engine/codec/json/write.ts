import { decodeText } from '../../batch/text.ts'
import { behindCharacter } from './scan-text.ts'

/*
 * Values as JSON text, byte for byte what JSON.stringify gives. A writer puts the value at `at`, where there
 * is room for it, and gives the position behind it; -1 for a number that JSON does not have.
 */

/** Room for the longest number: 17 digits, sign, point and exponent, or leading zeros. */
export const NUMBER_BYTES = 26
/** Room for a byte of text: a control character becomes \u and four digits. */
export const BYTES_PER_BYTE = 6

const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
const ASCII = 0x80
const HALF = 1e8

export function writeInt(bytes: Uint8Array, at: number, value: number): number {
  let p = at
  let rest = value
  if (value < 0) {
    bytes[p++] = MINUS
    rest = -value
  }
  const end = p + digitCount(rest)
  for (let k = end - 1; k >= p; k--) {
    const tenth = Math.floor(rest / 10)
    bytes[k] = ZERO + rest - tenth * 10
    rest = tenth
  }
  return end
}

function digitCount(value: number): number {
  if (value < 100000) {
    if (value < 100) return value < 10 ? 1 : 2
    return value < 1000 ? 3 : value < 10000 ? 4 : 5
  }
  if (value < 10000000) return value < 1000000 ? 6 : 7
  return value < 100000000 ? 8 : value < 1000000000 ? 9 : 10
}

/** Exactly `count` digits. */
function writePadded(bytes: Uint8Array, at: number, value: number, count: number): number {
  let rest = value | 0
  for (let k = at + count - 1; k >= at; k--) {
    const tenth = (rest / 10) | 0
    bytes[k] = ZERO + rest - tenth * 10
    rest = tenth
  }
  return at + count
}

/** An integer of up to 16 digits. */
function writeInteger(bytes: Uint8Array, at: number, value: number): number {
  if (value === (value | 0)) return writeInt(bytes, at, value | 0)
  let p = at
  if (value < 0) bytes[p++] = MINUS
  const whole = Math.abs(value)
  const high = Math.floor(whole / HALF)
  p = high === 0 ? p : writeInt(bytes, p, high)
  return high === 0 ? writeInt(bytes, p, whole) : writePadded(bytes, p, whole - high * HALF, 8)
}

/** The numbers stay in their array: handed over one by one they would become objects. */
export function writeNumber(bytes: Uint8Array, at: number, values: Float64Array, row: number): number {
  const value = values[row]
  if (Number.isSafeInteger(value)) return writeInteger(bytes, at, value)
  const behind = writeShort(bytes, at, value, 100, 2)
  if (behind !== -1) return behind
  const behindLonger = writeShort(bytes, at, value, 1e6, 6)
  if (behindLonger !== -1) return behindLonger
  return Number.isFinite(value) ? writeAscii(bytes, at, String(value)) : -1
}

/**
 * A number of at most `places` decimal places and 15 digits in all, -1 for any other. Different decimals of
 * 15 digits are different doubles, so the one that divides back to the value is what String would give.
 */
function writeShort(bytes: Uint8Array, at: number, value: number, scale: number, places: number): number {
  const digits = Math.round(value * scale)
  if (digits / scale !== value || Math.abs(digits) >= 1e15) return -1
  let p = at
  if (value < 0) bytes[p++] = MINUS
  const all = Math.abs(digits)
  const whole = Math.floor(all / scale)
  p = writeInteger(bytes, p, whole)
  bytes[p++] = DOT
  p = writePadded(bytes, p, all - whole * scale, places)
  while (bytes[p - 1] === ZERO) p--
  return p
}

const single = new Float64Array(1)

export function writeFloat(bytes: Uint8Array, at: number, values: Float32Array, row: number): number {
  single[0] = values[row]
  return writeNumber(bytes, at, single, 0)
}

export function writeBigint(bytes: Uint8Array, at: number, values: BigInt64Array, row: number): number {
  return writeAscii(bytes, at, String(values[row]))
}

export function writeBoolean(bytes: Uint8Array, at: number, value: number): number {
  return writeAscii(bytes, at, value === 1 ? 'true' : 'false')
}

export function writeNull(bytes: Uint8Array, at: number): number {
  return writeAscii(bytes, at, 'null')
}

export function writeAscii(bytes: Uint8Array, at: number, text: string): number {
  for (let k = 0; k < text.length; k++) bytes[at + k] = text.charCodeAt(k)
  return at + text.length
}

export function writeBytes(bytes: Uint8Array, at: number, value: Uint8Array): number {
  for (let k = 0; k < value.length; k++) bytes[at + k] = value[k]
  return at + value.length
}

/** The UTF-8 in `text[start, end)` as a string. */
export function writeString(
  bytes: Uint8Array,
  at: number,
  text: Uint8Array,
  start: number,
  end: number,
): number {
  let to = at
  bytes[to++] = QUOTE
  let from = start
  while (from < end) {
    const byte = text[from]
    if (byte >= SPACE && byte < ASCII && byte !== QUOTE && byte !== BACKSLASH) {
      bytes[to++] = byte
      from++
    } else if (byte < ASCII) {
      to = writeAscii(bytes, to, ESCAPES[byte])
      from++
    } else {
      const next = behindCharacter(text, from)
      if (next === -1 || next > end) return writeDamaged(bytes, at, text, start, end)
      while (from < next) bytes[to++] = text[from++]
    }
  }
  bytes[to] = QUOTE
  return to + 1
}

const ESCAPES = Array.from({ length: ASCII }, (_, code) =>
  JSON.stringify(String.fromCharCode(code)).slice(1, -1),
)
const encoder = new TextEncoder()

/** What is no UTF-8 is written as a reader of the column sees it. */
function writeDamaged(bytes: Uint8Array, at: number, text: Uint8Array, start: number, end: number): number {
  return writeBytes(bytes, at, encoder.encode(JSON.stringify(decodeText(text, start, end))))
}
