import { keep } from '../../batch/arena.ts'
import { BytesColumn } from '../../batch/columns.ts'

const FIRST_CAPACITY = 256

/**
 * Byte strings to dense slots 0, 1, 2, ... in the order of their first appearance. Open addressing over
 * their hashes; the bytes lie one behind the other.
 */
export class BytesKeys {
  private capacity = FIRST_CAPACITY
  /** Slot + 1 at the key's place; 0 is free. */
  private places: Int32Array = keep.i32(FIRST_CAPACITY)
  private hashes: Int32Array = keep.i32(FIRST_CAPACITY >> 1)
  /** Where the key of a slot begins; the next one's begin is its end. */
  private starts: Int32Array = keep.i32((FIRST_CAPACITY >> 1) + 1)
  private bytes: Uint8Array = keep.u8(FIRST_CAPACITY * 8)
  size = 0

  /** The keys by slot; valid until the next `slots`. */
  column(): BytesColumn {
    return new BytesColumn(this.bytes, this.starts, this.starts.subarray(1))
  }

  get byteLength(): number {
    return this.places.byteLength + this.hashes.byteLength + this.starts.byteLength + this.bytes.byteLength
  }

  /** Slots of the keys `from` to `to`, into `out` at the same indexes; new keys get the next ones. */
  slots(keys: BytesColumn, from: number, to: number, out: Int32Array): void {
    const { bytes, start, end } = keys
    for (let i = from; i < to; i++) {
      const begin = start[i]
      const stop = end[i]
      const code = hash(bytes, begin, stop)
      const mask = this.capacity - 1
      let place = code & mask
      let slot = this.places[place]
      while (slot !== 0 && !this.holds(slot - 1, code, bytes, begin, stop)) {
        place = (place + 1) & mask
        slot = this.places[place]
      }
      out[i] = slot === 0 ? this.insert(bytes, begin, stop, code, place) : slot - 1
    }
  }

  /** Slots of the keys `from` to `to` that are there, -1 for others, into `out` at the same indexes. */
  findAll(keys: BytesColumn, from: number, to: number, out: Int32Array): void {
    const { bytes, start, end } = keys
    const mask = this.capacity - 1
    for (let i = from; i < to; i++) {
      const code = hash(bytes, start[i], end[i])
      let place = code & mask
      while (this.places[place] !== 0 && !this.holds(this.places[place] - 1, code, bytes, start[i], end[i])) {
        place = (place + 1) & mask
      }
      out[i] = this.places[place] - 1
    }
  }

  /** The slot of a row's key; -1 if it is not there. */
  find(keys: BytesColumn, row: number): number {
    const { bytes } = keys
    const begin = keys.start[row]
    const stop = keys.end[row]
    const code = hash(bytes, begin, stop)
    const mask = this.capacity - 1
    let place = code & mask
    while (this.places[place] !== 0 && !this.holds(this.places[place] - 1, code, bytes, begin, stop)) {
      place = (place + 1) & mask
    }
    return this.places[place] - 1
  }

  clear(): void {
    this.places.fill(0)
    this.size = 0
  }

  release(): void {
    keep.release(this.places)
    keep.release(this.hashes)
    keep.release(this.starts)
    keep.release(this.bytes)
  }

  private holds(slot: number, code: number, bytes: Uint8Array, begin: number, stop: number): boolean {
    if (this.hashes[slot] !== code) return false
    const start = this.starts[slot]
    const length = stop - begin
    if (this.starts[slot + 1] - start !== length) return false
    const own = this.bytes
    for (let k = 0; k < length; k++) if (own[start + k] !== bytes[begin + k]) return false
    return true
  }

  private insert(bytes: Uint8Array, begin: number, stop: number, code: number, place: number): number {
    let free = place
    if (this.size === this.capacity >> 1) {
      this.grow()
      const mask = this.capacity - 1
      free = code & mask
      while (this.places[free] !== 0) free = (free + 1) & mask
    }
    const slot = this.size++
    const start = this.starts[slot]
    const length = stop - begin
    if (start + length > this.bytes.length) this.bytes = enlarge(this.bytes, start + length, keep.u8)
    for (let k = 0; k < length; k++) this.bytes[start + k] = bytes[begin + k]
    this.starts[slot + 1] = start + length
    this.hashes[slot] = code
    this.places[free] = slot + 1
    return slot
  }

  private grow(): void {
    keep.release(this.places)
    this.capacity *= 2
    this.places = keep.i32(this.capacity)
    this.hashes = enlarge(this.hashes, this.capacity >> 1, keep.i32)
    this.starts = enlarge(this.starts, (this.capacity >> 1) + 1, keep.i32)
    const { hashes, places } = this
    const mask = this.capacity - 1
    for (let slot = 0; slot < this.size; slot++) {
      let place = hashes[slot] & mask
      while (places[place] !== 0) place = (place + 1) & mask
      places[place] = slot + 1
    }
  }
}

function enlarge<A extends Int32Array | Uint8Array>(old: A, needed: number, make: (length: number) => A): A {
  const larger = make(Math.max(needed, old.length * 2))
  larger.set(old)
  keep.release(old)
  return larger
}

function hash(bytes: Uint8Array, start: number, end: number): number {
  let code = end - start
  for (let i = start; i < end; i++) code = Math.imul(code ^ bytes[i], 0x01000193)
  code = Math.imul(code ^ (code >>> 13), 0xc2b2ae35)
  return code ^ (code >>> 16)
}
