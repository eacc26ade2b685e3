import type { BatchArena } from '../../engine/batch/arena.ts'
import { keep } from '../../engine/batch/arena.ts'
import type { Column } from '../../engine/batch/columns.ts'
import type { StateWriter } from '../../engine/state/blob/blob.ts'
import type { BatchKeys, KeySpace, KeyTable } from '../../engine/state/keys/key-space.ts'
import { slotsOf } from '../../engine/state/keys/key-space.ts'
import { keysAt } from '../../engine/state/keys/keys-at.ts'
import type { PaneKeys } from './pane-keys.ts'

const FIRST_SLOTS = 128
/** Keys that no pane has any more are cleared away when there are more than these, and than half of all. */
const MOST_UNUSED = 1024

/**
 * One dictionary for the keys of many panes, so that a key is hashed once an event and panes are merged
 * by number. Keys that are in no pane leave.
 */
export class SharedKeys {
  readonly space: KeySpace
  table: KeyTable
  private readonly panes = new Set<SharedPaneKeys>()
  /** In how many panes the key of a slot is. */
  private uses: Int32Array = keep.i32(FIRST_SLOTS)
  private unused = 0

  constructor(space: KeySpace) {
    this.space = space
    this.table = space.newTable()
  }

  get size(): number {
    return this.table.size
  }

  newPane(): SharedPaneKeys {
    const pane = new SharedPaneKeys(this)
    this.panes.add(pane)
    return pane
  }

  /** Slots in the dictionary, not yet in a pane: a new one has to be given to `use` before the next call. */
  find(keys: BatchKeys, from: number, to: number, out: Int32Array): void {
    const before = this.size
    slotsOf(this.table, keys, from, to, out)
    this.unused += this.size - before
    if (this.size > this.uses.length) this.uses = enlarged(this.uses, this.size)
  }

  use(slot: number): void {
    if (this.uses[slot]++ === 0) this.unused--
  }

  leave(pane: SharedPaneKeys): void {
    this.panes.delete(pane)
    for (let i = 0; i < pane.size; i++) if (--this.uses[pane.slots[i]] === 0) this.unused++
    if (this.unused > MOST_UNUSED && this.unused * 2 > this.size) this.clearAway()
  }

  release(): void {
    this.table.release()
    keep.release(this.uses)
  }

  private clearAway(): void {
    const used = Int32Array.from({ length: this.size }, (_, slot) => slot).filter(slot => this.uses[slot] > 0)
    const moved = new Int32Array(this.size)
    const table = this.space.newTable()
    const slots = new Int32Array(used.length)
    slotsOf(table, keysAt(this.table, used), 0, used.length, slots)
    const uses = keep.i32(Math.max(FIRST_SLOTS, used.length * 2))
    for (let i = 0; i < used.length; i++) {
      moved[used[i]] = slots[i]
      uses[slots[i]] = this.uses[used[i]]
    }
    this.release()
    this.table = table
    this.uses = uses
    this.unused = 0
    for (const pane of this.panes) pane.move(moved)
  }
}

/** The part of shared keys that one pane has. */
export class SharedPaneKeys implements PaneKeys {
  size = 0
  /** Slot in the dictionary by slot in the pane. */
  slots: Int32Array = keep.i32(FIRST_SLOTS)
  private readonly shared: SharedKeys
  /** Slot in the pane + 1 by slot in the dictionary; 0: the pane does not have it. */
  private places: Int32Array

  constructor(shared: SharedKeys) {
    this.shared = shared
    this.places = keep.i32(Math.max(FIRST_SLOTS, shared.size))
  }

  get byteLength(): number {
    return this.slots.byteLength + this.places.byteLength
  }

  insert(keys: BatchKeys, from: number, to: number, out: Int32Array): void {
    const { shared } = this
    shared.find(keys, from, to, out)
    if (shared.size > this.places.length) this.places = enlarged(this.places, shared.size)
    const { places } = this
    for (let i = from; i < to; i++) {
      const slot = out[i]
      out[i] = (places[slot] === 0 ? this.add(slot) : places[slot]) - 1
    }
  }

  columns(slots: Int32Array, count: number, arena: BatchArena): Column[] {
    return this.shared.space.columns(this.shared.table, this.inDictionary(slots, count), count, arena)
  }

  write(writer: StateWriter, slots: Int32Array, count: number): void {
    this.shared.space.write(writer, this.shared.table, this.inDictionary(slots, count), count)
  }

  /** The dictionary has been made anew: `moved` gives each old slot its new one. */
  move(moved: Int32Array): void {
    this.places.fill(0)
    for (let i = 0; i < this.size; i++) {
      this.slots[i] = moved[this.slots[i]]
      this.places[this.slots[i]] = i + 1
    }
  }

  release(): void {
    this.shared.leave(this)
    keep.release(this.slots)
    keep.release(this.places)
  }

  private add(slot: number): number {
    this.shared.use(slot)
    if (this.size === this.slots.length) this.slots = enlarged(this.slots, this.size + 1)
    this.slots[this.size++] = slot
    this.places[slot] = this.size
    return this.size
  }

  private inDictionary(slots: Int32Array, count: number): Int32Array {
    return slots.subarray(0, count).map(slot => this.slots[slot])
  }
}

function enlarged(old: Int32Array, needed: number): Int32Array {
  const larger = keep.i32(Math.max(needed, old.length * 2))
  larger.set(old)
  keep.release(old)
  return larger
}
