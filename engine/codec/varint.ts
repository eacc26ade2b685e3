/*
 * Zig-zag variable-length integers, as Kafka's records use them: varint for 32 bits, varlong for 64, of which
 * the safe integers are written here. Writers return the position behind what they wrote; both forms give the
 * same bytes for a value that fits in 32 bits.
 */

export function varintLength(value: number): number {
  const raw = ((value << 1) ^ (value >> 31)) >>> 0
  if (raw < 0x80) return 1
  if (raw < 0x4000) return 2
  if (raw < 0x200000) return 3
  return raw < 0x10000000 ? 4 : 5
}

export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let raw = ((value << 1) ^ (value >> 31)) >>> 0
  while (raw > 127) {
    bytes[at++] = (raw & 127) | 128
    raw >>>= 7
  }
  bytes[at++] = raw
  return at
}

export function varlongLength(value: number): number {
  if (value === (value | 0)) return varintLength(value)
  let rest = Math.floor(magnitude(value) / 0x8000000)
  let length = 4
  for (; rest > 0; length++) rest = Math.floor(rest / 128)
  return length
}

export function writeVarlong(bytes: Uint8Array, at: number, value: number): number {
  if (value === (value | 0)) return writeVarint(bytes, at, value)
  // Zig-zag doubles the magnitude, which may leave the safe integers: the lowest 7 bits are taken off first.
  const whole = magnitude(value)
  bytes[at++] = ((whole % 64) << 1) | (value < 0 ? 1 : 0) | 128
  let rest = Math.floor(whole / 64)
  while (rest > 127) {
    bytes[at++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  bytes[at++] = rest
  return at
}

/** What zig-zag shifts left by one: the value, or for a negative one its complement. */
function magnitude(value: number): number {
  return value < 0 ? -value - 1 : value
}
