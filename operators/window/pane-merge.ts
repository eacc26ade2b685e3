import type { BatchArena } from '../../engine/batch/arena.ts'
import { keep } from '../../engine/batch/arena.ts'
import type { Column } from '../../engine/batch/columns.ts'
import type { Accumulator, FoldStates } from '../aggregates/accumulator.ts'
import type { Pane } from './pane.ts'
import type { SharedKeys, SharedPaneKeys } from './shared-keys.ts'

type SharedPane = Pane<SharedPaneKeys>

/** Panes that share their keys, merged into one state a key: what a window of several panes gives. */
export class PaneMerge {
  private readonly keys: SharedKeys
  private readonly accumulator: Accumulator
  private readonly merged: FoldStates
  /** Place in the merge + 1 by slot in the dictionary; 0: the key has not come yet. */
  private places = new Int32Array(0)
  /** Slot in the dictionary by place: keys in the order of the panes, and of first appearance in a pane. */
  private slots = new Int32Array(0)

  constructor(keys: SharedKeys, accumulator: Accumulator) {
    this.keys = keys
    this.accumulator = accumulator
    this.merged = { cells: keep.f64(64), objects: accumulator.objects.map(() => []) }
  }

  /** Merges the panes, the oldest first; with `changedOnly` the keys that have changed in one of them. Gives the number of keys. */
  run(panes: readonly SharedPane[], changedOnly: boolean, arena: BatchArena): number {
    this.reserve()
    const count = this.place(panes, changedOnly)
    if (count === 0) return 0
    this.reserveCells(count)
    this.accumulator.reset(this.merged, 0, count)
    for (const pane of panes) this.addPane(pane, changedOnly, arena)
    return count
  }

  columns(count: number, arena: BatchArena): Column[] {
    return this.keys.space.columns(this.keys.table, this.slots, count, arena)
  }

  results(count: number, arena: BatchArena): Column[] {
    const all = arena.i32(count)
    for (let i = 0; i < count; i++) all[i] = i
    return this.accumulator.results(this.merged, all, count, arena)
  }

  release(): void {
    keep.release(this.merged.cells)
  }

  /** Gives each key its place. */
  private place(panes: readonly SharedPane[], changedOnly: boolean): number {
    const { places, slots } = this
    if (changedOnly) {
      // The order is that of all keys: only those that have changed get a place.
      for (const { keys, changed } of panes)
        for (let i = 0; i < keys.size; i++) if (changed[i] === 1) places[keys.slots[i]] = -1
    }
    let count = 0
    for (const { keys } of panes) {
      const { size, slots: own } = keys
      for (let i = 0; i < size; i++) {
        const slot = own[i]
        if (places[slot] !== (changedOnly ? -1 : 0)) continue
        slots[count++] = slot
        places[slot] = count
      }
    }
    return count
  }

  private addPane(pane: SharedPane, changedOnly: boolean, arena: BatchArena): void {
    const { places, accumulator, merged } = this
    const { size, slots } = pane.keys
    if (!changedOnly) {
      const targets = arena.i32(size)
      for (let i = 0; i < size; i++) targets[i] = places[slots[i]] - 1
      accumulator.mergeAll(merged, targets, pane.states, size)
      return
    }
    for (let i = 0; i < size; i++) {
      const place = places[slots[i]]
      if (place > 0) accumulator.merge(merged, place - 1, pane.states, i)
    }
  }

  private reserve(): void {
    const { size } = this.keys
    if (this.places.length < size) {
      this.places = new Int32Array(size * 2)
      this.slots = new Int32Array(size * 2)
    } else this.places.fill(0, 0, size)
  }

  private reserveCells(count: number): void {
    const cells = count * this.accumulator.width
    if (this.merged.cells.length >= cells) return
    keep.release(this.merged.cells)
    this.merged.cells = keep.f64(cells * 2)
  }
}
