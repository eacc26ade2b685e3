/** Room for a byte of text: each may need a backslash before it. */
export const ESCAPED_BYTES_PER_BYTE = 2

const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const EQUALS = 0x3d
const BACKSLASH = 0x5c
const NEWLINE = 0x0a

/** The name of a measurement, where an equals sign is one like any other. */
export function escapedMeasurement(name: string): Uint8Array {
  return Buffer.from(name.replaceAll(/[ ,]/g, '\\$&'))
}

/** The name of a tag or a field. */
export function escapedKey(name: string): Uint8Array {
  return Buffer.from(name.replaceAll(/[ ,=]/g, '\\$&'))
}

/**
 * A tag's value. Gives the position behind it; -1 for one that line protocol cannot say: a newline ends the line, and
 * a backslash at the end would escape what follows.
 */
export function writeTagText(
  out: Uint8Array,
  at: number,
  text: Uint8Array,
  start: number,
  end: number,
): number {
  if (end > start && text[end - 1] === BACKSLASH) return -1
  let to = at
  for (let from = start; from < end; from++) {
    const byte = text[from]
    if (byte === NEWLINE) return -1
    if (byte === SPACE || byte === COMMA || byte === EQUALS) out[to++] = BACKSLASH
    out[to++] = byte
  }
  return to
}

/** A field's value that is text: in quotes, between which newlines may stand. */
export function writeQuoted(
  out: Uint8Array,
  at: number,
  text: Uint8Array,
  start: number,
  end: number,
): number {
  let to = at
  out[to++] = QUOTE
  for (let from = start; from < end; from++) {
    const byte = text[from]
    if (byte === QUOTE || byte === BACKSLASH) out[to++] = BACKSLASH
    out[to++] = byte
  }
  out[to++] = QUOTE
  return to
}
