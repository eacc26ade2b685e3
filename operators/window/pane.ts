import { keep } from '../../engine/batch/arena.ts'
import type { KeySpace, KeyTable } from '../../engine/state/key-space.ts'
import type { Accumulator, FoldStates } from '../aggregates/accumulator.ts'

const FIRST_SLOTS = 128

/** The states of all keys in one stretch of event time. */
export class Pane {
  readonly start: number
  readonly keys: KeyTable
  readonly states: FoldStates
  /** 1 for each slot that has changed since the last checkpoint. */
  dirty: Uint8Array = keep.u8(FIRST_SLOTS)
  private readonly accumulator: Accumulator
  private sized = 0

  constructor(start: number, space: KeySpace, accumulator: Accumulator) {
    this.start = start
    this.keys = space.newTable()
    this.accumulator = accumulator
    this.states = {
      cells: keep.f64(FIRST_SLOTS * Math.max(1, accumulator.width)),
      objects: accumulator.objects.map(() => []),
    }
  }

  get size(): number {
    return this.keys.size
  }

  /** Gives empty states to the keys that have come since the last call. */
  grow(): void {
    const { size } = this.keys
    if (size === this.sized) return
    if (size > this.dirty.length) this.enlarge(size)
    this.accumulator.reset(this.states, this.sized, size)
    this.sized = size
  }

  release(): void {
    this.keys.release()
    keep.release(this.states.cells)
    keep.release(this.dirty)
  }

  get byteLength(): number {
    return this.keys.byteLength + this.states.cells.byteLength + this.dirty.byteLength
  }

  private enlarge(size: number): void {
    const capacity = Math.max(size, this.dirty.length * 2)
    const cells = keep.f64(capacity * Math.max(1, this.accumulator.width))
    cells.set(this.states.cells)
    keep.release(this.states.cells)
    this.states.cells = cells
    const dirty = keep.u8(capacity)
    dirty.set(this.dirty)
    keep.release(this.dirty)
    this.dirty = dirty
  }
}
