/*
 * Lines that read one variable-length integer at `p`, as it is on the wire (zig-zag, not yet signed).
 * The fast ones read four bytes at a time and leave whatever is unusual to the careful ones, so they give
 * up without saying why; they may look at up to 16 bytes behind `end`, but a record that made them do so
 * is never accepted. The careful ones look at each byte only after a check. `fail` leaves the record.
 */

const LOW_BITS = [
  'w & 0x7f',
  '(w & 0x7f) | ((w >>> 1) & 0x3f80)',
  '(w & 0x7f) | ((w >>> 1) & 0x3f80) | ((w >>> 2) & 0x1fc000)',
  '(w & 0x7f) | ((w >>> 1) & 0x3f80) | ((w >>> 2) & 0x1fc000) | ((w >>> 3) & 0xfe00000)',
]

/** Puts up to 28 bits into `target`. After four bytes come `last`; more follow then if w < 0. */
function fourBytes(target: string, last: readonly string[]): string[] {
  return [
    'w = view.getInt32(p, true)',
    'if ((w & 0x80) === 0) {',
    `${target} = ${LOW_BITS[0]}`,
    'p += 1',
    '} else if ((w & 0x8000) === 0) {',
    `${target} = ${LOW_BITS[1]}`,
    'p += 2',
    '} else if ((w & 0x800000) === 0) {',
    `${target} = ${LOW_BITS[2]}`,
    'p += 3',
    '} else {',
    `${target} = ${LOW_BITS[3]}`,
    'p += 4',
    ...last,
    '}',
  ]
}

function whereMoreFollow(lines: readonly string[]): string[] {
  return ['if (w < 0) {', ...lines, '}']
}

/** At most 32 bits, into `low`. */
export function fastInt(fail: string): readonly string[] {
  const fifth = ['b = bytes[p++]', 'low |= b << 28', `if (b > 15) ${fail}`]
  return [...fourBytes('low', whereMoreFollow(fifth)), `if (p > end) ${fail}`]
}

/** A number below 64, which nearly always takes one byte, into `low`. */
export function fastShort(fail: string): readonly string[] {
  return ['low = bytes[p++]', `if (low > 127 || p > end) ${fail}`]
}

/** What has been read into `low` and `high` is beyond 2^53. */
export const isUnsafe = 'high > 0x3ffffff || (high === 0x3ffffff && low === 0xfffffff)'

/** A number within 2^53, into `low` (28 bits) and `high`. */
export function fastLong(fail: string): readonly string[] {
  const upper = fourBytes('high', [`if (w < 0 || ${isUnsafe}) ${fail}`])
  return ['high = 0', ...fourBytes('low', whereMoreFollow(upper)), `if (p > end) ${fail}`]
}

/** All 64 bits, into `low` (28 bits), `high` (28) and `top` (8). */
export function fastWide(fail: string): readonly string[] {
  const tenth = ['b = bytes[p++]', 'top |= b << 7', `if (b > 1) ${fail}`]
  const ninth = ['b = bytes[p++]', 'top = b & 0x7f', 'if (b > 127) {', ...tenth, '}']
  const upper = fourBytes('high', whereMoreFollow(ninth))
  return ['high = 0', 'top = 0', ...fourBytes('low', whereMoreFollow(upper)), `if (p > end) ${fail}`]
}

/** How the careful lines leave a record: where it ends too early, and where a number is too long. */
export interface Exits {
  readonly cut: string
  readonly malformed: string
}

export function carefulInt({ cut, malformed }: Exits): readonly string[] {
  return [
    'low = 0',
    'for (let shift = 0; ; shift += 7) {',
    `if (p >= end) ${cut}`,
    'b = bytes[p++]',
    `if (shift === 28 && b > 15) ${malformed}`,
    'low |= (b & 0x7f) << shift',
    'if (b < 128) break',
    '}',
  ]
}

export function carefulWide({ cut, malformed }: Exits): readonly string[] {
  return [
    'low = high = top = 0',
    'for (let shift = 0; ; shift += 7) {',
    `if (p >= end) ${cut}`,
    'b = bytes[p++]',
    `if (shift === 63 && b > 1) ${malformed}`,
    'if (shift < 28) low |= (b & 0x7f) << shift',
    'else if (shift < 56) high |= (b & 0x7f) << (shift - 28)',
    'else top |= (b & 0x7f) << (shift - 56)',
    'if (b < 128) break',
    '}',
  ]
}
