import type { BatchArena } from '../../engine/batch/arena.ts'
import type { Column } from '../../engine/batch/columns.ts'
import type { StateWriter } from '../../engine/state/blob/blob.ts'
import type { BatchKeys, KeySpace, KeyTable } from '../../engine/state/keys/key-space.ts'
import { slotsOf } from '../../engine/state/keys/key-space.ts'

/** The keys of a pane: slots 0, 1, 2, ... in the order of their first appearance there. */
export interface PaneKeys {
  readonly size: number
  readonly byteLength: number
  /** Slots of the keys `from` to `to`, into `out` at the same indexes. */
  insert(keys: BatchKeys, from: number, to: number, out: Int32Array): void
  /** Key columns of the given slots. */
  columns(slots: Int32Array, count: number, arena: BatchArena): Column[]
  write(writer: StateWriter, slots: Int32Array, count: number): void
  release(): void
}

/** Keys of a pane that shares them with no other. */
export class OwnKeys implements PaneKeys {
  private readonly space: KeySpace
  private readonly table: KeyTable

  constructor(space: KeySpace) {
    this.space = space
    this.table = space.newTable()
  }

  get size(): number {
    return this.table.size
  }

  get byteLength(): number {
    return this.table.byteLength
  }

  insert(keys: BatchKeys, from: number, to: number, out: Int32Array): void {
    slotsOf(this.table, keys, from, to, out)
  }

  columns(slots: Int32Array, count: number, arena: BatchArena): Column[] {
    return this.space.columns(this.table, slots, count, arena)
  }

  write(writer: StateWriter, slots: Int32Array, count: number): void {
    this.space.write(writer, this.table, slots, count)
  }

  release(): void {
    this.table.release()
  }
}
