import { keep } from '../../batch/arena.ts'

const FIRST_CAPACITY = 256

/**
 * Numbers to dense slots 0, 1, 2, ... in the order of their first appearance: open addressing, at most
 * half full, the keys inline so that a hit touches one place.
 */
export class NumberKeys {
  private capacity = FIRST_CAPACITY
  private keys: Float64Array = keep.f64(FIRST_CAPACITY)
  /** Slot + 1 of the key in the same place; 0 is free. */
  private places: Int32Array = keep.i32(FIRST_CAPACITY)
  private dense: Float64Array = keep.f64(FIRST_CAPACITY >> 1)
  private nanSlot = -1
  size = 0

  /** The keys by slot; valid until the next `slots`. */
  get bySlot(): Float64Array {
    return this.dense
  }

  get byteLength(): number {
    return this.keys.byteLength + this.places.byteLength + this.dense.byteLength
  }

  /** Slots of the keys `from` to `to`, into `out` at the same indexes; new keys get the next ones. */
  slots(keys: Float64Array, from: number, to: number, out: Int32Array): void {
    let table = this.keys
    let places = this.places
    let mask = this.capacity - 1
    for (let i = from; i < to; i++) {
      const key = keys[i]
      let place = hash(key) & mask
      let slot = places[place]
      while (slot !== 0 && table[place] !== key) {
        place = (place + 1) & mask
        slot = places[place]
      }
      if (slot === 0) {
        slot = this.insert(key, place) + 1
        table = this.keys
        places = this.places
        mask = this.capacity - 1
      }
      out[i] = slot - 1
    }
  }

  /** Slots of the keys `from` to `to` that are there, -1 for others, into `out` at the same indexes. */
  findAll(keys: Float64Array, from: number, to: number, out: Int32Array): void {
    const { keys: table, places, nanSlot } = this
    const mask = this.capacity - 1
    for (let i = from; i < to; i++) {
      const key = keys[i]
      let place = hash(key) & mask
      while (places[place] !== 0 && table[place] !== key) place = (place + 1) & mask
      const slot = places[place]
      out[i] = slot !== 0 ? slot - 1 : Number.isNaN(key) ? nanSlot : -1
    }
  }

  /** The slot of a key; -1 if it is not there. */
  find(key: number): number {
    if (Number.isNaN(key)) return this.nanSlot
    const mask = this.capacity - 1
    let place = hash(key) & mask
    while (this.places[place] !== 0 && this.keys[place] !== key) place = (place + 1) & mask
    return this.places[place] - 1
  }

  clear(): void {
    this.places.fill(0)
    this.size = 0
    this.nanSlot = -1
  }

  release(): void {
    keep.release(this.keys)
    keep.release(this.places)
    keep.release(this.dense)
  }

  private insert(key: number, place: number): number {
    // NaN differs from itself: all of them share one slot.
    if (Number.isNaN(key) && this.nanSlot >= 0) return this.nanSlot
    let free = place
    if (this.size === this.capacity >> 1) {
      this.grow()
      const mask = this.capacity - 1
      free = hash(key) & mask
      while (this.places[free] !== 0) free = (free + 1) & mask
    }
    const slot = this.size++
    this.dense[slot] = key
    if (Number.isNaN(key)) {
      this.nanSlot = slot
      return slot
    }
    this.keys[free] = key
    this.places[free] = slot + 1
    return slot
  }

  private grow(): void {
    keep.release(this.keys)
    keep.release(this.places)
    const old = this.dense
    this.capacity *= 2
    this.keys = keep.f64(this.capacity)
    this.places = keep.i32(this.capacity)
    this.dense = keep.f64(this.capacity >> 1)
    this.dense.set(old)
    keep.release(old)
    const { dense, keys, places } = this
    const mask = this.capacity - 1
    for (let slot = 0; slot < this.size; slot++) {
      const key = dense[slot]
      if (Number.isNaN(key)) continue
      let place = hash(key) & mask
      while (places[place] !== 0) place = (place + 1) & mask
      keys[place] = key
      places[place] = slot + 1
    }
  }
}

/** Mixes low and high half of an integer-valued key; fractions fall together, which costs time only. */
function hash(key: number): number {
  let mixed = (key | 0) ^ ((key * 2.3283064365386963e-10) | 0)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  return mixed ^ (mixed >>> 13)
}
