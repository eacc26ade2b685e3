import { keep } from '../../engine/batch/arena.ts'
import type { BatchKeys, KeySpace, KeyTable } from '../../engine/state/keys/key-space.ts'
import { findSlot, slotsOf } from '../../engine/state/keys/key-space.ts'

const FEWEST = 128

/** When the rows of one stretch of event time passed, by key: no key passes twice in one stretch. */
export class PassedRows {
  readonly keys: KeyTable
  /** Event time of the row that passed, by slot; NaN where none did. */
  times: Float64Array = keep.f64(FEWEST)
  /** Slots that have passed a row since the last checkpoint. */
  fresh: number[] = []
  private sized = 0

  constructor(space: KeySpace) {
    this.keys = space.newTable()
  }

  insert(keys: BatchKeys, from: number, to: number, slots: Int32Array): void {
    slotsOf(this.keys, keys, from, to, slots)
    const { size } = this.keys
    if (size > this.times.length) {
      const larger = keep.f64(Math.max(size, this.times.length * 2))
      larger.set(this.times)
      keep.release(this.times)
      this.times = larger
    }
    this.times.fill(Number.NaN, this.sized, size)
    this.sized = size
  }

  pass(slot: number, time: number): void {
    this.times[slot] = time
    this.fresh.push(slot)
  }

  /** Whether a row of that key has passed at most `within` before or after `time`. */
  near(keys: BatchKeys, row: number, time: number, within: number): boolean {
    const slot = findSlot(this.keys, keys, row)
    return slot >= 0 && Math.abs(this.times[slot] - time) <= within
  }

  /** The slots of all rows that have passed. */
  all(): Int32Array {
    const slots = new Int32Array(this.sized)
    let count = 0
    for (let slot = 0; slot < this.sized; slot++) if (!Number.isNaN(this.times[slot])) slots[count++] = slot
    return slots.subarray(0, count)
  }

  release(): void {
    this.keys.release()
    keep.release(this.times)
  }
}
