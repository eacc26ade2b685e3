import type { ByteBuffer } from '../codec.ts'

/*
 * Strings and literals in JSON text, as in json-scan-number.ts: the position behind the value, or -1 for
 * what the slow path has to decide.
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
const ASCII = 0x80

/**
 * The position behind the string at `at`. `start` and `end` get its bytes: in the input where they stand as
 * they are; where it has escapes as -1 - their position in `unescaped`.
 */
export function scanString(
  bytes: Uint8Array,
  at: number,
  start: Int32Array,
  end: Int32Array,
  row: number,
  unescaped: ByteBuffer,
): number {
  if (bytes[at] !== QUOTE) return -1
  let p = at + 1
  for (let byte = bytes[p]; byte !== QUOTE; byte = bytes[p]) {
    if (byte === BACKSLASH) {
      const from = unescaped.length
      p = appendUnescaped(bytes, at + 1, unescaped)
      start[row] = -1 - from
      end[row] = -1 - unescaped.length
      return p
    }
    if (byte >= SPACE && byte < ASCII) p++
    else {
      p = behindCharacter(bytes, p)
      if (p === -1) return -1
    }
  }
  start[row] = at + 1
  end[row] = p
  return p + 1
}

/** The position behind the character of several bytes at `at`; -1 where it is none, a control character included. */
export function behindCharacter(bytes: Uint8Array, at: number): number {
  const first = bytes[at]
  const second = bytes[at + 1]
  if (first >= 0xc2 && first <= 0xdf) return isFollower(second) ? at + 2 : -1
  if (first >= 0xe0 && first <= 0xef) {
    // Overlong forms, and the surrogates between D800 and DFFF, are no characters.
    const lowest = first === 0xe0 ? 0xa0 : 0x80
    const highest = first === 0xed ? 0x9f : 0xbf
    return second >= lowest && second <= highest && isFollower(bytes[at + 2]) ? at + 3 : -1
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const lowest = first === 0xf0 ? 0x90 : 0x80
    const highest = first === 0xf4 ? 0x8f : 0xbf
    const sound =
      second >= lowest && second <= highest && isFollower(bytes[at + 2]) && isFollower(bytes[at + 3])
    return sound ? at + 4 : -1
  }
  return -1
}

function isFollower(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf
}

/** What a letter behind a backslash stands for; 0 for none. */
const ESCAPES = new Uint8Array(256)
for (const [letter, character] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  ESCAPES[letter.charCodeAt(0)] = character.charCodeAt(0)
}

/** Appends the string whose content starts at `at`, escapes resolved; a surrogate without its half as U+FFFD. */
function appendUnescaped(bytes: Uint8Array, at: number, out: ByteBuffer): number {
  let p = at
  for (let byte = bytes[p]; byte !== QUOTE; byte = bytes[p]) {
    out.reserve(4)
    if (byte !== BACKSLASH) {
      const next = byte >= SPACE && byte < ASCII ? p + 1 : behindCharacter(bytes, p)
      if (next === -1) return -1
      while (p < next) out.bytes[out.length++] = bytes[p++]
    } else if (bytes[p + 1] === 0x75) {
      const unit = hexUnit(bytes, p)
      if (unit === -1) return -1
      p += 6
      if (unit >= 0xd800 && unit <= 0xdbff) {
        const low = hexUnit(bytes, p)
        if (low >= 0xdc00 && low <= 0xdfff) {
          p += 6
          appendCharacter(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), out)
          continue
        }
      }
      appendCharacter(unit >= 0xd800 && unit <= 0xdfff ? 0xfffd : unit, out)
    } else {
      const character = ESCAPES[bytes[p + 1] & 255]
      if (character === 0) return -1
      out.bytes[out.length++] = character
      p += 2
    }
  }
  return p + 1
}

/** The value of \uXXXX at `at`, -1 where that is not what stands there. */
function hexUnit(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== BACKSLASH || bytes[at + 1] !== 0x75) return -1
  let unit = 0
  for (let p = at + 2; p < at + 6; p++) {
    const digit = hexDigit(bytes[p])
    if (digit === -1) return -1
    unit = unit * 16 + digit
  }
  return unit
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

function appendCharacter(code: number, out: ByteBuffer): void {
  const { bytes } = out
  let p = out.length
  if (code < 0x80) bytes[p++] = code
  else if (code < 0x800) {
    bytes[p++] = 0xc0 | (code >> 6)
    bytes[p++] = 0x80 | (code & 63)
  } else if (code < 0x10000) {
    bytes[p++] = 0xe0 | (code >> 12)
    bytes[p++] = 0x80 | ((code >> 6) & 63)
    bytes[p++] = 0x80 | (code & 63)
  } else {
    bytes[p++] = 0xf0 | (code >> 18)
    bytes[p++] = 0x80 | ((code >> 12) & 63)
    bytes[p++] = 0x80 | ((code >> 6) & 63)
    bytes[p++] = 0x80 | (code & 63)
  }
  out.length = p
}

/** The code of the enum value at `at`; `names` are the values as they stand in JSON. */
export function scanEnum(
  bytes: Uint8Array,
  at: number,
  names: readonly Uint8Array[],
  values: Int32Array,
  row: number,
): number {
  for (let code = 0; code < names.length; code++) {
    const end = behindWord(bytes, at, names[code])
    if (end !== -1) {
      values[row] = code
      return end
    }
  }
  return -1
}

const [TRUE, FALSE, NULL] = ['true', 'false', 'null'].map(word => new TextEncoder().encode(word))

export function scanBoolean(bytes: Uint8Array, at: number, values: Uint8Array, row: number): number {
  const end = behindWord(bytes, at, TRUE)
  values[row] = end === -1 ? 0 : 1
  return end === -1 ? behindWord(bytes, at, FALSE) : end
}

export function scanNull(bytes: Uint8Array, at: number): number {
  return behindWord(bytes, at, NULL)
}

function behindWord(bytes: Uint8Array, at: number, word: Uint8Array): number {
  for (let k = 0; k < word.length; k++) if (bytes[at + k] !== word[k]) return -1
  return at + word.length
}
