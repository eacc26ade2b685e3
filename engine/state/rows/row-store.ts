import type { BatchArena } from '../../batch/arena.ts'
import { keep } from '../../batch/arena.ts'
import type { Batch } from '../../batch/batch.ts'
import type { Column } from '../../batch/columns.ts'
import type { Field, Schema } from '../../batch/schema.ts'
import { signature } from '../../batch/schema.ts'
import type { StateWriter } from '../blob/blob.ts'
import type { StateTable } from '../blob/blob-table.ts'
import type { KeptValues } from './kept-values.ts'
import { keptValues } from './values-of.ts'

const FIRST_CAPACITY = 64

interface KeptColumn {
  readonly name: string
  /** Its place in the batches that rows come from. */
  readonly index: number
  readonly field: Field
  readonly values: KeptValues
  nulls: Uint8Array | null
}

/** Rows that a step keeps, as columns. Each has a slot until it is freed; slots are used again. */
export class RowStore {
  /** Rows at the moment. */
  size = 0
  /** All slots are below it. */
  capacity = 0
  private readonly columns: KeptColumn[]
  private readonly free: number[] = []
  private top = 0

  /** Keeps the columns `names` of rows that have the schema. */
  constructor(schema: Schema, names: readonly string[]) {
    this.columns = names.map(name => {
      const field = schema.fields[name]
      return {
        name,
        index: schema.names.indexOf(name),
        field,
        values: keptValues(field),
        nulls: field.nullable ? keep.u8(1) : null,
      }
    })
    this.grow(FIRST_CAPACITY)
  }

  /** What a changed job is compared by. */
  parts(prefix: string): Record<string, string> {
    return Object.fromEntries(this.columns.map(({ name, field }) => [`${prefix}${name}`, signature(field)]))
  }

  /** Copies the rows `rows[0..count)` of a batch, and puts their slots beside them. */
  add(batch: Batch, rows: Int32Array, count: number, slots: Int32Array): void {
    this.reserve(count, slots)
    this.fill(batch, rows, slots, count)
  }

  /** Finds slots for so many rows, without values as yet. */
  reserve(count: number, slots: Int32Array): void {
    let capacity = this.capacity
    while (this.size + count > capacity) capacity *= 2
    if (capacity > this.capacity) this.grow(capacity)
    for (let i = 0; i < count; i++) slots[i] = this.free.pop() ?? this.top++
    this.size += count
  }

  fill(batch: Batch, rows: Int32Array, slots: Int32Array, count: number): void {
    for (const { index, values, nulls } of this.columns) {
      const column = batch.column(index)
      if (nulls !== null) {
        for (let i = 0; i < count; i++) nulls[slots[i]] = column.nulls === null ? 0 : column.nulls[rows[i]]
      }
      values.put(column, rows, slots, count, batch.arena)
    }
  }

  drop(slot: number): void {
    for (const { values } of this.columns) values.free(slot)
    this.free.push(slot)
    this.size--
  }

  /** One column of the rows in the slots; a slot of -1 is a null, where `optional` allows for that. */
  take(column: number, slots: Int32Array, count: number, arena: BatchArena, optional = false): Column {
    const { values, nulls } = this.columns[column]
    if (nulls === null && !optional) return values.take(slots, count, null, arena)
    const found = arena.i32(count)
    const none = arena.u8(count)
    for (let i = 0; i < count; i++) {
      const slot = slots[i]
      found[i] = slot < 0 ? 0 : slot
      none[i] = slot < 0 ? 1 : nulls === null ? 0 : nulls[slot]
    }
    return values.take(found, count, none, arena)
  }

  /** Writes columns into the writer's current table. */
  write(writer: StateWriter, slots: Int32Array, count: number): void {
    for (const { name, values, nulls } of this.columns) {
      values.write(writer, `column/${name}`, slots, count)
      if (nulls !== null) writer.u8At(`nulls/${name}`, nulls, slots, count)
    }
  }

  /** Takes in the rows that `write` wrote; a nullable column that they do not have is null. */
  read(table: StateTable): Int32Array {
    const slots = new Int32Array(table.rows)
    this.reserve(table.rows, slots)
    for (const { name, values, nulls } of this.columns) {
      const known = values.read(table, `column/${name}`, slots)
      if (nulls === null) continue
      const stored = table.u8(`nulls/${name}`)
      for (let row = 0; row < slots.length; row++) nulls[slots[row]] = known ? (stored?.[row] ?? 0) : 1
    }
    return slots
  }

  clear(): void {
    this.free.length = 0
    for (const { values } of this.columns) for (let slot = 0; slot < this.top; slot++) values.free(slot)
    this.top = 0
    this.size = 0
  }

  release(): void {
    for (const { values, nulls } of this.columns) {
      values.release()
      if (nulls !== null) keep.release(nulls)
    }
  }

  private grow(capacity: number): void {
    for (const column of this.columns) {
      column.values.grow(capacity)
      if (column.nulls !== null) column.nulls = grown(column.nulls, capacity, keep.u8)
    }
    this.capacity = capacity
  }
}

/** A longer array with the same beginning, in the place of an old one that is released. */
export function grown<A extends Uint8Array | Int32Array | Float64Array>(
  old: A,
  length: number,
  make: (length: number) => A,
): A {
  const larger = make(length)
  larger.set(old)
  keep.release(old)
  return larger
}
