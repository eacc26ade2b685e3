import type { BatchArena } from '../../engine/batch/arena.ts'
import { keep } from '../../engine/batch/arena.ts'
import type { BatchKeys } from '../../engine/state/keys/key-space.ts'
import type { Accumulator, FoldStates } from '../aggregates/accumulator.ts'
import type { PaneKeys } from './pane-keys.ts'

const FIRST_SLOTS = 128

/** The states of all keys in one stretch of event time. */
export class Pane<K extends PaneKeys = PaneKeys> {
  readonly start: number
  /** Start of the first window that its rows count in: later than usual where those before had closed. */
  readonly from: number
  readonly keys: K
  readonly states: FoldStates
  /** 1 for each slot that has changed since the last checkpoint. */
  dirty: Uint8Array = keep.u8(FIRST_SLOTS)
  /** 1 for each slot that has changed since the last early result. */
  changed: Uint8Array = keep.u8(FIRST_SLOTS)
  private readonly accumulator: Accumulator
  private sized = 0

  constructor(start: number, from: number, keys: K, accumulator: Accumulator) {
    this.start = start
    this.from = from
    this.keys = keys
    this.accumulator = accumulator
    this.states = {
      cells: keep.f64(FIRST_SLOTS * Math.max(1, accumulator.width)),
      objects: accumulator.objects.map(() => []),
    }
  }

  get size(): number {
    return this.keys.size
  }

  /** Slots of the keys `from` to `to`, with empty states for those that are new. */
  insert(keys: BatchKeys, from: number, to: number, out: Int32Array): void {
    this.keys.insert(keys, from, to, out)
    const { size } = this.keys
    if (size === this.sized) return
    if (size > this.dirty.length) this.enlarge(size)
    this.accumulator.reset(this.states, this.sized, size)
    this.sized = size
  }

  allSlots(arena: BatchArena): Int32Array {
    const slots = arena.i32(this.size)
    for (let slot = 0; slot < slots.length; slot++) slots[slot] = slot
    return slots
  }

  markChanged(slots: Int32Array, from: number, to: number): void {
    const { changed } = this
    for (let i = from; i < to; i++) changed[slots[i]] = 1
  }

  hasChanged(): boolean {
    return this.changed.subarray(0, this.size).includes(1)
  }

  /** The slots marked as changed, which are marked no more. */
  takeChanged(arena: BatchArena): Int32Array {
    const { changed, dirty } = this
    const slots = arena.i32(this.size)
    let count = 0
    for (let slot = 0; slot < this.size; slot++) {
      if (changed[slot] === 0) continue
      changed[slot] = 0
      dirty[slot] = 1
      slots[count++] = slot
    }
    return slots.subarray(0, count)
  }

  release(): void {
    this.keys.release()
    keep.release(this.states.cells)
    keep.release(this.dirty)
    keep.release(this.changed)
  }

  get byteLength(): number {
    const { keys, states, dirty, changed } = this
    return keys.byteLength + states.cells.byteLength + dirty.byteLength + changed.byteLength
  }

  private enlarge(size: number): void {
    // Blocks of memory are powers of two: anything between would be paid for and not used.
    const capacity = 2 ** Math.ceil(Math.log2(size))
    const cells = keep.f64(capacity * Math.max(1, this.accumulator.width))
    cells.set(this.states.cells)
    keep.release(this.states.cells)
    this.states.cells = cells
    this.dirty = enlarged(this.dirty, capacity)
    this.changed = enlarged(this.changed, capacity)
  }
}

function enlarged(old: Uint8Array, capacity: number): Uint8Array {
  const larger = keep.u8(capacity)
  larger.set(old)
  keep.release(old)
  return larger
}
