/*
 * Lines that write one variable-length integer at `p`. They write whole words, and so may touch up to three
 * bytes behind what they write.
 */

/** The lowest bits of `raw` as the bytes of a word, seven in each. */
const SPREAD = [
  '(raw & 0x7f)',
  '((raw & 0x3f80) << 1)',
  '((raw & 0x1fc000) << 2)',
  '((raw & 0xfe00000) << 3)',
] as const

/** A word of so many bytes, each but the last marked as going on. */
function word(bytes: number, marks: string): string {
  return [...SPREAD.slice(0, bytes), marks].join(' | ')
}

/** `raw` holds up to 32 bits, zig-zag done. */
export const writeInt: readonly string[] = [
  'if (raw >= 0 && raw < 0x80) {',
  'bytes[p++] = raw',
  '} else if (raw >= 0 && raw < 0x4000) {',
  `view.setInt16(p, ${word(2, '0x80')}, true)`,
  'p += 2',
  '} else if (raw >= 0 && raw < 0x200000) {',
  `view.setInt32(p, ${word(3, '0x8080')}, true)`,
  'p += 3',
  '} else {',
  `view.setInt32(p, ${word(4, '0x808080')}, true)`,
  'p += 4',
  'raw >>>= 28',
  'if (raw > 0) {',
  'bytes[p - 1] |= 0x80',
  'bytes[p++] = raw',
  '}',
  '}',
]

/** `value` is a number; what is not whole or beyond 2^53 goes to `refuse`. */
export function writeLong(refuse: string): readonly string[] {
  return [
    'if (value === (value | 0)) {',
    'raw = (value << 1) ^ (value >> 31)',
    ...writeInt,
    '} else {',
    `if (!Number.isSafeInteger(value)) ${refuse}`,
    'sign = value < 0 ? 1 : 0',
    'if (sign === 1) value = -1 - value',
    'high = Math.floor(value / 134217728)',
    'raw = ((value - high * 134217728) << 1) | sign',
    `view.setInt32(p, ${word(4, '0x80808080')}, true)`,
    'p += 4',
    'raw = high',
    ...writeInt,
    '}',
  ]
}

/** `raw` and `high` are the halves of 64 bits, zig-zag not yet done. */
export const writeWide: readonly string[] = [
  'sign = high >> 31',
  'high = ((high << 1) | (raw >>> 31)) ^ sign',
  'raw = (raw << 1) ^ sign',
  'while (high !== 0 || raw > 127 || raw < 0) {',
  'bytes[p++] = (raw & 0x7f) | 0x80',
  'raw = (raw >>> 7) | (high << 25)',
  'high >>>= 7',
  '}',
  'bytes[p++] = raw',
]
