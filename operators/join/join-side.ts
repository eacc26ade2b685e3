import { keep } from '../../engine/batch/arena.ts'
import type { Batch } from '../../engine/batch/batch.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import type { StateWriter } from '../../engine/state/blob/blob.ts'
import type { StateTable } from '../../engine/state/blob/blob-table.ts'
import type { KeySpace } from '../../engine/state/keys/key-space.ts'
import { grown, RowStore } from '../../engine/state/rows/row-store.ts'
import { DueQueue } from './due-queue.ts'
import type { RowKeys } from './row-keys.ts'

const NONE = -1
const FIRST_KEYS = 128

/**
 * The rows of one side of a join, as long as a partner may come. Those of a key hang together in the order
 * in which they came.
 */
export class JoinSide {
  readonly rows: RowStore
  /** By row: event time, watermark, whether it has had a partner, the next one of its key. */
  time: Float64Array
  watermark: Float64Array
  matched: Uint8Array
  next: Int32Array
  /** By key: its first row. */
  first: Int32Array = keep.i32(FIRST_KEYS)
  private previous: Int32Array
  private key: Int32Array
  /** Counts the rows up; -1 where the slot is free. */
  private number: Float64Array
  private last: Int32Array = keep.i32(FIRST_KEYS)
  private readonly space: KeySpace
  private readonly keys: RowKeys
  private readonly keepMs: number
  private readonly queue: DueQueue
  private knownKeys = 0
  private count = 0
  /** How many rows the checkpoints have, of those ever entered. */
  private written = 0
  /** Rows that are out of the queue: they go when what was emitted of them is not needed any more. */
  private passed: number[] = []
  private restored: Map<number, number> | null = null
  private newlyMatched: number[] = []

  constructor(schema: Schema, columns: readonly string[], space: KeySpace, keys: RowKeys, keepMs: number) {
    this.rows = new RowStore(schema, columns)
    this.space = space
    this.keys = keys
    this.keepMs = keepMs
    const { capacity } = this.rows
    this.time = keep.f64(capacity)
    this.watermark = keep.f64(capacity)
    this.number = keep.f64(capacity).fill(NONE)
    this.matched = keep.u8(capacity)
    this.next = keep.i32(capacity)
    this.previous = keep.i32(capacity)
    this.key = keep.i32(capacity)
    this.queue = new DueQueue(
      (a, b) =>
        this.time[a] < this.time[b] || (this.time[a] === this.time[b] && this.number[a] < this.number[b]),
    )
  }

  /** Copies the rows of a batch, without entering them as yet; gives their slots and keys. */
  add(batch: Batch): { slots: Int32Array; keys: Int32Array } {
    const { rows, arena, time, watermark } = batch
    const slots = arena.i32(rows)
    const keys = arena.i32(rows)
    const all = arena.i32(rows)
    for (let row = 0; row < rows; row++) all[row] = row
    this.keys.slots(this.space.keysOf(batch), rows, keys)
    this.rows.add(batch, all, rows, slots)
    this.grow()
    for (let row = 0; row < rows; row++) {
      this.time[slots[row]] = time[row]
      this.watermark[slots[row]] = watermark[row]
    }
    return { slots, keys }
  }

  /** Makes a row one that partners are found among. */
  enter(slot: number, key: number): void {
    this.growKeys()
    const last = this.last[key]
    this.next[slot] = NONE
    this.previous[slot] = last
    if (last === NONE) this.first[key] = slot
    else this.next[last] = slot
    this.last[key] = slot
    this.key[slot] = key
    this.matched[slot] = 0
    this.number[slot] = this.count++
    this.keys.enter(key)
    this.queue.push(slot)
  }

  match(slot: number): void {
    if (this.matched[slot] === 1) return
    this.matched[slot] = 1
    if (this.number[slot] < this.written) this.newlyMatched.push(this.number[slot])
  }

  /** When the first row is given up; Infinity if there is none. */
  get due(): number {
    const { first } = this.queue
    return first === undefined ? Number.POSITIVE_INFINITY : this.dueOf(first)
  }

  /** The watermark at which no partner of the row can come any more. */
  dueOf(slot: number): number {
    return this.time[slot] + this.keepMs + 1
  }

  /** Takes the row that is due first out of the queue; it is there until `settle`. */
  pass(): number {
    const slot = this.queue.first as number
    this.queue.pop()
    this.passed.push(slot)
    return slot
  }

  passAll(watermark: number): void {
    while (this.due <= watermark) this.pass()
  }

  /** Lets go of the rows that have passed. */
  settle(): void {
    this.restored = null
    for (const slot of this.passed) this.drop(slot)
    this.passed.length = 0
  }

  write(writer: StateWriter, name: string, mode: 'snapshot' | 'delta'): void {
    const from = mode === 'snapshot' ? 0 : this.written
    const live: number[] = []
    for (let slot = 0; slot < this.number.length; slot++) if (this.number[slot] >= from) live.push(slot)
    live.sort((a, b) => this.number[a] - this.number[b])
    const slots = Int32Array.from(live)
    const count = slots.length
    writer.table(name, count).f64At('number', this.number, slots, count)
    writer.f64At('time', this.time, slots, count).f64At('watermark', this.watermark, slots, count)
    writer.u8At('matched', this.matched, slots, count)
    this.space.write(
      writer,
      this.keys.keyTable,
      slots.map(slot => this.key[slot]),
      count,
    )
    this.rows.write(writer, slots, count)
    const matched = Float64Array.from(mode === 'snapshot' ? [] : this.newlyMatched)
    writer.table(`${name}/matched`, matched.length).f64('number', matched)
    this.newlyMatched = []
    this.written = this.count
  }

  read(table: StateTable | undefined, matched: StateTable | undefined): void {
    if (table !== undefined) this.readRows(table)
    this.restored ??= new Map()
    for (const number of matched?.f64('number') ?? []) {
      const slot = this.restored.get(number)
      if (slot !== undefined) this.matched[slot] = 1
    }
    this.written = this.count
  }

  /** Keys have moved to other slots. */
  moveKeys(moved: Int32Array): void {
    const first = this.first.slice(0, this.knownKeys)
    const last = this.last.slice(0, this.knownKeys)
    for (let key = 0; key < first.length; key++) {
      if (moved[key] === NONE) continue
      this.first[moved[key]] = first[key]
      this.last[moved[key]] = last[key]
    }
    this.knownKeys = this.keys.size
    for (let slot = 0; slot < this.number.length; slot++) {
      if (this.number[slot] !== NONE) this.key[slot] = moved[this.key[slot]]
    }
  }

  /** Heads of keys that have come since: they have no rows on this side. */
  growKeys(): void {
    const { size } = this.keys
    if (size === this.knownKeys) return
    if (size > this.first.length) {
      const length = Math.max(size, this.first.length * 2)
      this.first = grown(this.first, length, keep.i32)
      this.last = grown(this.last, length, keep.i32)
    }
    this.first.fill(NONE, this.knownKeys, size)
    this.last.fill(NONE, this.knownKeys, size)
    this.knownKeys = size
  }

  release(): void {
    this.rows.release()
    const { time, watermark, number, matched, next, previous, key, first, last } = this
    for (const array of [time, watermark, number, matched, next, previous, key, first, last])
      keep.release(array)
  }

  private readRows(table: StateTable): void {
    const slots = this.rows.read(table)
    const keys = new Int32Array(table.rows)
    this.keys.slots(this.space.read(table), table.rows, keys)
    this.grow()
    const column = (name: string) => table.f64(name) as Float64Array
    const [number, time, watermark] = [column('number'), column('time'), column('watermark')]
    const matched = table.u8('matched') as Uint8Array
    this.restored ??= new Map()
    for (const [row, slot] of slots.entries()) {
      this.time[slot] = time[row]
      this.watermark[slot] = watermark[row]
      this.count = number[row]
      this.enter(slot, keys[row])
      this.matched[slot] = matched[row]
      this.restored.set(number[row], slot)
    }
  }

  private drop(slot: number): void {
    const key = this.key[slot]
    const previous = this.previous[slot]
    const next = this.next[slot]
    if (previous === NONE) this.first[key] = next
    else this.next[previous] = next
    if (next === NONE) this.last[key] = previous
    else this.previous[next] = previous
    this.number[slot] = NONE
    this.rows.drop(slot)
    this.keys.leave(key)
  }

  private grow(): void {
    const { capacity } = this.rows
    const before = this.time.length
    if (capacity === before) return
    this.time = grown(this.time, capacity, keep.f64)
    this.watermark = grown(this.watermark, capacity, keep.f64)
    this.number = grown(this.number, capacity, keep.f64).fill(NONE, before)
    this.matched = grown(this.matched, capacity, keep.u8)
    this.next = grown(this.next, capacity, keep.i32)
    this.previous = grown(this.previous, capacity, keep.i32)
    this.key = grown(this.key, capacity, keep.i32)
  }
}
