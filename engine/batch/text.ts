/**
 * Bytes to JavaScript strings. Streams repeat their strings, so those of up to 64 bytes come from bounded
 * caches: a hit costs a few nanoseconds, no garbage, and equal strings are one object.
 */
const SLOT_BITS = 12
const SLOTS = 1 << SLOT_BITS
const SHORT = 8
const LONGEST = 64

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export class TextCache {
  private readonly short = new ShortTexts()
  private readonly long = new LongTexts()

  read(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start
    if (length <= SHORT) return this.short.read(bytes, start, length)
    return length <= LONGEST ? this.long.read(bytes, start, end) : decodeText(bytes, start, end)
  }
}

/** Up to 8 bytes: two words that overlap in the middle say all, so that nothing is compared byte by byte. */
class ShortTexts {
  private readonly heads = new Int32Array(SLOTS)
  private readonly tails = new Int32Array(SLOTS)
  private readonly lengths = new Int8Array(SLOTS).fill(-1)
  private readonly texts: string[] = new Array(SLOTS).fill('')
  private bytes: Uint8Array = new Uint8Array(0)
  private view = new DataView(this.bytes.buffer)

  read(bytes: Uint8Array, start: number, length: number): string {
    if (bytes !== this.bytes) {
      this.bytes = bytes
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    let head = 0
    let tail = 0
    if (length >= 4) {
      head = this.view.getInt32(start, true)
      tail = this.view.getInt32(start + length - 4, true)
    } else for (let i = 0; i < length; i++) head = (head << 8) | bytes[start + i]
    const slot = Math.imul(head ^ Math.imul(tail, 0x9e3779b1) ^ length, 0x85ebca6b) >>> (32 - SLOT_BITS)
    if (this.heads[slot] === head && this.tails[slot] === tail && this.lengths[slot] === length) {
      return this.texts[slot]
    }
    this.heads[slot] = head
    this.tails[slot] = tail
    this.lengths[slot] = length
    this.texts[slot] = decodeText(bytes, start, start + length)
    return this.texts[slot]
  }
}

/** Up to 64 bytes, compared with a copy. */
class LongTexts {
  private readonly hashes = new Int32Array(SLOTS)
  private readonly lengths = new Int8Array(SLOTS).fill(-1)
  private readonly copies = new Uint8Array(SLOTS * LONGEST)
  private readonly texts: string[] = new Array(SLOTS).fill('')

  read(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start
    let hash = length
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193)
    hash ^= hash >>> 15
    const slot = hash & (SLOTS - 1)
    if (this.hashes[slot] === hash && this.lengths[slot] === length) {
      const copies = this.copies
      const base = slot * LONGEST - start
      let i = start
      while (i < end && copies[base + i] === bytes[i]) i++
      if (i === end) return this.texts[slot]
    }
    this.hashes[slot] = hash
    this.lengths[slot] = length
    this.copies.set(bytes.subarray(start, end), slot * LONGEST)
    this.texts[slot] = decodeText(bytes, start, end)
    return this.texts[slot]
  }
}

export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end))
}
