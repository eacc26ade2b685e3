/**
 * Bytes to JavaScript strings. Streams repeat their strings, so those of up to 64 bytes come from a
 * bounded cache: a hit costs about 10 ns, no garbage, and equal strings are one object.
 */
const SLOTS = 4096
const LONGEST = 64

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export class TextCache {
  private readonly hashes = new Int32Array(SLOTS)
  private readonly lengths = new Int32Array(SLOTS).fill(-1)
  private readonly copies = new Uint8Array(SLOTS * LONGEST)
  private readonly texts: string[] = new Array(SLOTS).fill('')

  read(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start
    if (length > LONGEST) return decodeText(bytes, start, end)
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
    return this.remember(bytes, start, end, slot, hash)
  }

  private remember(bytes: Uint8Array, start: number, end: number, slot: number, hash: number): string {
    const text = decodeText(bytes, start, end)
    this.hashes[slot] = hash
    this.lengths[slot] = end - start
    this.copies.set(bytes.subarray(start, end), slot * LONGEST)
    this.texts[slot] = text
    return text
  }
}

export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end))
}
