import { snappyCompress, snappyDecompress } from '@platformatic/wasm-utils'

/**
 * The framing that Java's snappy library (xerial) puts around raw snappy blocks, and that Kafka's clients
 * write: a header of 16 bytes, then blocks, each behind its length. librdkafka also sends one raw block.
 */
const XERIAL_MAGIC = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00)
const XERIAL_HEADER = Uint8Array.of(...XERIAL_MAGIC, 0, 0, 0, 1, 0, 0, 0, 1)
const BLOCK_BYTES = 32 << 10

/** The exact number of bytes the framed or raw data holds; throws where it is damaged, as `lz4Length` does. */
export function snappyLength(bytes: Uint8Array): number {
  let total = 0
  forEachBlock(bytes, (start, end) => {
    total += blockLength(bytes, start, end)
  })
  return total
}

/** Decodes what `snappyLength` has found sound. */
export function snappyDecode(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = []
  forEachBlock(bytes, (start, end) => parts.push(snappyDecompress(asBuffer(bytes, start, end))))
  return parts.length === 1 ? parts[0] : Buffer.concat(parts)
}

export function snappyEncode(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [XERIAL_HEADER]
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = snappyCompress(asBuffer(bytes, at, Math.min(at + BLOCK_BYTES, bytes.length)))
    const length = Buffer.allocUnsafe(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

function forEachBlock(bytes: Uint8Array, visit: (start: number, end: number) => void): void {
  if (!isXerialHeader(bytes, 0)) {
    visit(0, bytes.length)
    return
  }
  let at = XERIAL_HEADER.length
  while (at < bytes.length) {
    // Streams that were appended to each other repeat the header.
    if (isXerialHeader(bytes, at)) {
      at += XERIAL_HEADER.length
      continue
    }
    const start = at + 4
    if (start > bytes.length) throw new Error('snappy: a block breaks off')
    const size = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
    if (size < 0 || start + size > bytes.length) throw new Error('snappy: a block runs past the end')
    at = start + size
    visit(start, at)
  }
}

function isXerialHeader(bytes: Uint8Array, at: number): boolean {
  if (at + XERIAL_HEADER.length > bytes.length) return false
  for (let i = 0; i < XERIAL_MAGIC.length; i++) if (bytes[at + i] !== XERIAL_MAGIC[i]) return false
  return true
}

function blockLength(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  let promised = 0
  for (let scale = 1, byte = 128; byte >= 128; scale *= 128) {
    if (at === end || scale > 2 ** 28) throw new Error('snappy: no length')
    byte = bytes[at++]
    promised += (byte & 127) * scale
  }
  let total = 0
  while (at < end) {
    const tag = bytes[at++]
    const kind = tag & 3
    if (kind === 0) {
      let literals = tag >>> 2
      if (literals >= 60) {
        const extra = literals - 59
        literals = littleEndian(bytes, at, extra)
        at += extra
      }
      at += literals + 1
      total += literals + 1
    } else {
      const extra = kind === 3 ? 4 : kind
      const distance = kind === 1 ? ((tag >>> 5) << 8) | bytes[at] : littleEndian(bytes, at, extra)
      if (distance === 0 || distance > total) throw new Error('snappy: a copy points before the data')
      at += extra
      total += kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    }
  }
  if (at !== end || total !== promised)
    throw new Error('snappy: the block does not hold what its length says')
  return total
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let i = count - 1; i >= 0; i--) value = value * 256 + bytes[at + i]
  return value
}

function asBuffer(bytes: Uint8Array, start: number, end: number): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
}
