const MAGIC = 0x184d2204
const MIN_MATCH = 4
const END_MARK_BYTES = 4
const CHECKSUM_BYTES = 4
const BLOCK_BYTES = [0, 0, 0, 0, 64 << 10, 256 << 10, 1 << 20, 4 << 20]

/**
 * The exact number of bytes that an LZ4 frame holds, found by walking its tokens without copying anything.
 * Throws where the frame is damaged, so that a decoder is only given frames of known size whose every length
 * and distance is sound: the WebAssembly one aborts on any other and loses the memory it had taken.
 */
export function lz4Length(bytes: Uint8Array): number {
  if (bytes.length < 7 || int32(bytes, 0) !== MAGIC) throw new Error('lz4: no frame')
  const flags = bytes[4]
  const blockBytes = BLOCK_BYTES[(bytes[5] >>> 4) & 7]
  if (flags >>> 6 !== 1 || blockBytes === 0) throw new Error('lz4: unknown frame version or block size')
  if ((flags & 0x01) !== 0) throw new Error('lz4: the frame needs a dictionary')
  const independentBlocks = (flags & 0x20) !== 0
  const afterBlock = (flags & 0x10) === 0 ? 0 : CHECKSUM_BYTES
  const afterEnd = (flags & 0x04) === 0 ? 0 : CHECKSUM_BYTES
  let at = (flags & 0x08) === 0 ? 7 : 15
  let total = 0
  for (;;) {
    if (at + END_MARK_BYTES > bytes.length) throw new Error('lz4: the frame has no end')
    const size = int32(bytes, at)
    if (size === 0) break
    const start = at + 4
    const end = start + (size & 0x7fffffff)
    if (end > bytes.length) throw new Error('lz4: a block runs past the end')
    // The top bit, here the sign, marks a block stored as it is.
    const length = size < 0 ? end - start : blockLength(bytes, start, end, independentBlocks ? 0 : total)
    if (length > blockBytes) throw new Error('lz4: a block is larger than its frame allows')
    total += length
    at = end + afterBlock
  }
  if (at + END_MARK_BYTES + afterEnd !== bytes.length) throw new Error('lz4: bytes behind the frame')
  return total
}

/** `before` is how many bytes of earlier blocks matches may reach into. */
function blockLength(bytes: Uint8Array, start: number, end: number, before: number): number {
  let reach = before
  let at = start
  while (at < end) {
    const token = bytes[at++]
    let literals = token >>> 4
    if (literals === 15) {
      let more = 255
      while (more === 255 && at < end) {
        more = bytes[at++]
        literals += more
      }
    }
    at += literals
    reach += literals
    if (at === end) return reach - before
    if (at + 2 > end) break
    const distance = bytes[at] | (bytes[at + 1] << 8)
    if (distance === 0 || distance > reach) throw new Error('lz4: a match points before the data')
    at += 2
    let match = (token & 15) + MIN_MATCH
    if (match === 15 + MIN_MATCH) {
      let more = 255
      while (more === 255 && at < end) {
        more = bytes[at++]
        match += more
      }
    }
    reach += match
  }
  throw new Error('lz4: a block breaks off')
}

function int32(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
}
