import type { BatchArena } from '../../batch/arena.ts'
import type { Column } from '../../batch/columns.ts'
import type { Field } from '../../batch/schema.ts'
import type { Problem, Reviver } from './values.ts'
import { mismatch, reviverFor } from './values.ts'

export type Numbers = Float64Array | Float32Array | Int32Array | Uint8Array | BigInt64Array

/**
 * Builds one column of a batch from parsed JSON values, checking each; the generated scanner writes to the
 * same arrays. A column that nobody wants has room for one row only, which every row overwrites.
 */
export abstract class ColumnBuilder {
  readonly field: Field
  readonly reviver: Reviver | undefined
  nulls: Uint8Array = new Uint8Array(0)
  protected arena!: BatchArena
  protected capacity = -1
  private kept = true

  constructor(field: Field) {
    this.field = field
    this.reviver = reviverFor(field)
  }

  begin(rows: number, arena: BatchArena, kept: boolean): void {
    this.arena = arena
    this.kept = kept
    this.capacity = -1
    this.restart()
    this.grow(kept ? rows : 1)
  }

  /** Stores a value if it fits the field. */
  put(row: number, value: unknown): Problem | null {
    if (!this.kept) this.restart()
    const slot = this.kept ? row : 0
    if (slot >= this.capacity) this.grow(Math.max(64, this.capacity * 2))
    if (value === null) {
      if (!this.field.nullable) return mismatch(this.field, null)
      this.nulls[slot] = 1
      this.blank(slot)
      return null
    }
    if (this.field.nullable) this.nulls[slot] = 0
    return this.store(slot, value)
  }

  /** The column of the first `rows` rows; `isGood` is 1 for those that hold something, null if all do. */
  finish(rows: number, isGood: Uint8Array | null, input: Uint8Array): Column {
    const nulls = this.nulls.subarray(0, rows)
    return this.column(rows, this.field.nullable && nulls.includes(1) ? nulls : null, isGood, input)
  }

  grow(capacity: number): void {
    if (capacity <= this.capacity) return
    if (this.field.nullable) this.nulls = copied(this.nulls, this.arena.u8(capacity), this.capacity)
    this.allocate(capacity)
    this.capacity = capacity
  }

  /** Forgets what lies outside the slots. */
  restart(): void {}
  /** Leaves nothing in a slot: no positions that lead anywhere. */
  blank(_slot: number): void {}
  /** Makes room for `capacity` slots, keeping the first `this.capacity`. */
  protected abstract allocate(capacity: number): void
  protected abstract store(slot: number, value: unknown): Problem | null
  protected abstract column(
    rows: number,
    nulls: Uint8Array | null,
    isGood: Uint8Array | null,
    input: Uint8Array,
  ): Column
}

export function copied<A extends Numbers>(from: Numbers, into: A, count: number): A {
  if (count > 0) into.set(from.subarray(0, count) as never)
  return into
}
