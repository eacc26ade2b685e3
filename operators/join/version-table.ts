import { keep } from '../../engine/batch/arena.ts'
import type { Batch } from '../../engine/batch/batch.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import type { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import type { BatchKeys, KeySpace, KeyTable } from '../../engine/state/keys/key-space.ts'
import { findSlots, slotsOf } from '../../engine/state/keys/key-space.ts'
import { grown, RowStore } from '../../engine/state/rows/row-store.ts'

const NONE = -1
const FIRST_KEYS = 128
const SMALL = 1024

/**
 * The versions of a table's rows by key, as long as somebody may ask for them. The versions of a key hang
 * together, the newest first; most keys have one.
 */
export class VersionTable {
  readonly rows: RowStore
  private readonly space: KeySpace
  private keys: KeyTable
  /** By slot of the key: its newest version, and whether it changed since the last checkpoint. */
  private newest: Int32Array = keep.i32(FIRST_KEYS)
  private dirty: Uint8Array = keep.u8(FIRST_KEYS)
  private known = 0
  /** By version: the time from which it holds, the one before it, and whether it says that the key is gone. */
  private from: Float64Array
  private older: Int32Array
  private gone: Uint8Array
  private sweepAt = SMALL

  constructor(space: KeySpace, schema: Schema, columns: readonly string[]) {
    this.space = space
    this.keys = space.newTable()
    this.rows = new RowStore(schema, columns)
    this.from = keep.f64(this.rows.capacity)
    this.older = keep.i32(this.rows.capacity)
    this.gone = keep.u8(this.rows.capacity)
  }

  /** Takes in records of the table. One that comes late holds from the watermark on. */
  insert(batch: Batch): void {
    const { rows, time, watermark, arena } = batch
    const slots = arena.i32(rows)
    const versions = arena.i32(rows)
    slotsOf(this.keys, this.space.keysOf(batch), 0, rows, slots)
    this.reserve(rows, versions)
    const filled = { rows: arena.i32(rows), versions: arena.i32(rows), count: 0 }
    for (let row = 0; row < rows; row++) {
      const version = versions[row]
      const gone = batch.isTombstone(row)
      this.link(slots[row], version, Math.max(time[row], watermark[row]), gone)
      if (gone) continue
      filled.rows[filled.count] = row
      filled.versions[filled.count++] = version
    }
    this.rows.fill(batch, filled.rows, filled.versions, filled.count)
  }

  /** The version that holds at the time of each row, -1 where there is none. */
  find(keys: BatchKeys, time: Float64Array, rows: number, out: Int32Array): void {
    findSlots(this.keys, keys, 0, rows, out)
    const { newest, from, older, gone } = this
    for (let row = 0; row < rows; row++) {
      const slot = out[row]
      if (slot === NONE) continue
      let version = newest[slot]
      while (version !== NONE && from[version] > time[row]) version = older[version]
      out[row] = version === NONE || gone[version] === 1 ? NONE : version
    }
  }

  /** Forgets what no row at `bound` or later can ask for: now and then, so that it costs little a row. */
  sweep(bound: number): void {
    if (this.rows.size < this.sweepAt) return
    for (let slot = 0; slot < this.keys.size; slot++) this.prune(slot, bound)
    this.sweepAt = Math.max(SMALL, this.rows.size * 2)
  }

  write(writer: StateWriter, mode: 'snapshot' | 'delta'): void {
    const slots: number[] = []
    for (let slot = 0; slot < this.keys.size; slot++) {
      if (mode === 'snapshot' ? this.newest[slot] !== NONE : this.dirty[slot] === 1) slots.push(slot)
    }
    this.writeKeys(writer, Int32Array.from(slots))
    this.dirty.fill(0, 0, this.keys.size)
    this.forgetKeys()
  }

  read(reader: StateReader): void {
    const table = reader.table('keys')
    const versions = reader.table('versions')
    if (table === undefined || versions === undefined) return
    const slots = new Int32Array(table.rows)
    slotsOf(this.keys, this.space.read(table), 0, table.rows, slots)
    this.growKeys()
    for (const slot of slots) this.dropAll(slot)
    const counts = table.i32('versions') as Int32Array
    const read = this.rows.read(versions)
    this.growVersions()
    const from = versions.f64('from') as Float64Array
    const gone = versions.u8('gone') as Uint8Array
    let next = 0
    slots.forEach((slot, key) => {
      for (const end = next + counts[key]; next < end; next++)
        this.link(slot, read[next], from[next], gone[next] === 1)
    })
    this.dirty.fill(0, 0, this.keys.size)
  }

  release(): void {
    this.keys.release()
    this.rows.release()
    for (const array of [this.newest, this.dirty, this.from, this.older, this.gone]) keep.release(array)
  }

  private link(slot: number, version: number, from: number, gone: boolean): void {
    let newer = NONE
    let at = this.newest[slot]
    while (at !== NONE && this.from[at] > from) {
      newer = at
      at = this.older[at]
    }
    this.from[version] = from
    this.older[version] = at
    this.gone[version] = gone ? 1 : 0
    if (newer === NONE) this.newest[slot] = version
    else this.older[newer] = version
    this.dirty[slot] = 1
  }

  /** The first version that holds at `bound` hides those before it, and is itself nothing if it deletes. */
  private prune(slot: number, bound: number): void {
    let newer = NONE
    let version = this.newest[slot]
    while (version !== NONE && this.from[version] > bound) {
      newer = version
      version = this.older[version]
    }
    if (version === NONE) return
    if (this.gone[version] === 0) {
      newer = version
      version = this.older[version]
    }
    if (version === NONE) return
    if (newer === NONE) this.newest[slot] = NONE
    else this.older[newer] = NONE
    this.dirty[slot] = 1
    this.dropFrom(version)
  }

  private dropAll(slot: number): void {
    this.dropFrom(this.newest[slot])
    this.newest[slot] = NONE
  }

  private dropFrom(first: number): void {
    for (let version = first; version !== NONE; version = this.older[version]) this.rows.drop(version)
  }

  private reserve(count: number, versions: Int32Array): void {
    this.growKeys()
    this.rows.reserve(count, versions)
    this.growVersions()
  }

  private growKeys(): void {
    const { size } = this.keys
    if (size > this.newest.length) {
      const length = Math.max(size, this.newest.length * 2)
      this.newest = grown(this.newest, length, keep.i32)
      this.dirty = grown(this.dirty, length, keep.u8)
    }
    this.newest.fill(NONE, this.known, size)
    this.dirty.fill(0, this.known, size)
    this.known = size
  }

  private growVersions(): void {
    const { capacity } = this.rows
    if (capacity === this.from.length) return
    this.from = grown(this.from, capacity, keep.f64)
    this.older = grown(this.older, capacity, keep.i32)
    this.gone = grown(this.gone, capacity, keep.u8)
  }

  /** Each key with all its versions, the oldest first: what is read replaces what there was. */
  private writeKeys(writer: StateWriter, slots: Int32Array): void {
    const counts = new Int32Array(slots.length)
    const versions: number[] = []
    slots.forEach((slot, key) => {
      const own: number[] = []
      for (let version = this.newest[slot]; version !== NONE; version = this.older[version]) own.push(version)
      counts[key] = own.length
      versions.push(...own.reverse())
    })
    writer.table('keys', slots.length).i32('versions', counts)
    this.space.write(writer, this.keys, slots, slots.length)
    const all = Int32Array.from(versions)
    writer.table('versions', all.length).f64At('from', this.from, all, all.length)
    writer.u8At('gone', this.gone, all, all.length)
    this.rows.write(writer, all, all.length)
  }

  /** Makes the table of keys anew where most of them have no version any more. */
  private forgetKeys(): void {
    let live = 0
    for (let slot = 0; slot < this.known; slot++) if (this.newest[slot] !== NONE) live++
    if (this.known < SMALL || live > this.known / 2) return
    const slots = new Int32Array(live)
    let count = 0
    for (let slot = 0; slot < this.known; slot++) if (this.newest[slot] !== NONE) slots[count++] = slot
    const keys = this.space.newTable()
    this.space.copy(this.keys, slots, count, keys)
    for (let slot = 0; slot < count; slot++) this.newest[slot] = this.newest[slots[slot]]
    this.keys.release()
    this.keys = keys
    this.known = count
  }
}
