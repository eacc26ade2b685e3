import type { BatchArena } from '../../batch/arena.ts'
import type { Column } from '../../batch/columns.ts'
import {
  ArrayColumn,
  BigintColumn,
  BoolColumn,
  FloatColumn,
  IntColumn,
  layoutOf,
  NumberColumn,
  RecordColumn,
  VectorColumn,
} from '../../batch/columns.ts'
import type { Field } from '../../batch/schema.ts'
import { BytesBuilder } from './bytes-column.ts'
import type { Numbers } from './column-builder.ts'
import { ColumnBuilder, copied } from './column-builder.ts'
import type { Scalar } from './values.ts'
import { fromJson, mismatch, numberOf, Problem, toJsonValue } from './values.ts'

const encoder = new TextEncoder()

class ScalarBuilder extends ColumnBuilder {
  values: Numbers = new Float64Array(0)
  /** The halves of 64 bit integers, for scanners that make no bigint. */
  words: Int32Array = new Int32Array(0)
  /** An enum's values as they stand in JSON. */
  readonly names: readonly Uint8Array[]

  constructor(field: Field) {
    super(field)
    this.names = (field.values ?? []).map(name => encoder.encode(JSON.stringify(name)))
  }

  protected override allocate(capacity: number): void {
    this.values = copied(this.values, this.numbers(capacity), this.capacity)
    if (this.values instanceof BigInt64Array) {
      this.words = new Int32Array(this.values.buffer, this.values.byteOffset, capacity * 2)
    }
  }

  private numbers(capacity: number): Numbers {
    switch (layoutOf(this.field)) {
      case 'int':
        return this.arena.i32(capacity)
      case 'bool':
        return this.arena.u8(capacity)
      case 'float':
        return this.arena.f32(capacity)
      case 'bigint':
        return this.arena.i64(capacity)
      default:
        return this.arena.f64(capacity)
    }
  }

  protected override store(slot: number, value: unknown): Problem | null {
    const stored = fromJson(this.field, value)
    if (stored instanceof Problem) return stored
    ;(this.values as { [slot: number]: Scalar })[slot] = stored
    return null
  }

  protected override column(rows: number, nulls: Uint8Array | null): Column {
    const values = this.values.subarray(0, rows)
    if (values instanceof Float64Array) return new NumberColumn(values, nulls)
    if (values instanceof Int32Array) return new IntColumn(values, nulls)
    if (values instanceof Uint8Array) return new BoolColumn(values, nulls)
    if (values instanceof Float32Array) return new FloatColumn(values, nulls)
    return new BigintColumn(values, nulls)
  }
}

class VectorBuilder extends ColumnBuilder {
  values: Float32Array = new Float32Array(0)

  private get size(): number {
    return this.field.size ?? 0
  }

  protected override allocate(capacity: number): void {
    this.values = copied(this.values, this.arena.f32(capacity * this.size), this.capacity * this.size)
  }

  protected override store(slot: number, value: unknown): Problem | null {
    if (!Array.isArray(value) || value.length !== this.size) return mismatch(this.field, value)
    for (let k = 0; k < value.length; k++) {
      const number = numberOf(value[k])
      if (number === undefined) return mismatch({ kind: 'float', nullable: false }, value[k]).within(`[${k}]`)
      this.values[slot * this.size + k] = number
    }
    return null
  }

  protected override column(rows: number, nulls: Uint8Array | null): Column {
    return new VectorColumn(this.values.subarray(0, rows * this.size), this.size, nulls)
  }
}

class ArrayBuilder extends ColumnBuilder {
  private start: Int32Array = new Int32Array(0)
  private end: Int32Array = new Int32Array(0)
  private readonly item: ColumnBuilder
  private items = 0

  constructor(field: Field) {
    super(field)
    this.item = columnBuilder(field.item as Field)
  }

  override begin(rows: number, arena: BatchArena, kept: boolean): void {
    this.item.begin(0, arena, true)
    super.begin(rows, arena, kept)
  }

  override restart(): void {
    this.items = 0
    this.item.restart()
  }

  override blank(slot: number): void {
    this.start[slot] = this.end[slot] = 0
  }

  protected override allocate(capacity: number): void {
    this.start = copied(this.start, this.arena.i32(capacity), this.capacity)
    this.end = copied(this.end, this.arena.i32(capacity), this.capacity)
  }

  protected override store(slot: number, value: unknown): Problem | null {
    if (!Array.isArray(value)) return mismatch(this.field, value)
    this.start[slot] = this.items
    for (let k = 0; k < value.length; k++) {
      const problem = this.item.put(this.items, value[k])
      if (problem !== null) return problem.within(`[${k}]`)
      this.items++
    }
    this.end[slot] = this.items
    return null
  }

  protected override column(
    rows: number,
    nulls: Uint8Array | null,
    _isGood: Uint8Array | null,
    input: Uint8Array,
  ): Column {
    const item = this.item.finish(this.items, null, input)
    return new ArrayColumn(this.start.subarray(0, rows), this.end.subarray(0, rows), item, nulls)
  }
}

export class RecordBuilder extends ColumnBuilder {
  readonly fields: readonly ColumnBuilder[]
  private readonly names: readonly string[]
  /** What a missing field reads as: its default, null, or nothing at all. */
  private readonly missing: readonly unknown[]

  constructor(field: Field) {
    super(field)
    const inner = Object.entries(field.fields ?? {})
    this.names = inner.map(([name]) => name)
    this.fields = inner.map(([, each]) => columnBuilder(each))
    this.missing = inner.map(([, each]) =>
      each.default !== undefined ? toJsonValue(each, each.default) : each.nullable ? null : undefined,
    )
  }

  override begin(rows: number, arena: BatchArena, kept: boolean): void {
    for (const field of this.fields) field.begin(rows, arena, kept)
    super.begin(rows, arena, kept)
  }

  protected override allocate(capacity: number): void {
    for (const field of this.fields) field.grow(capacity)
  }

  override restart(): void {
    for (const field of this.fields) field.restart()
  }

  override blank(slot: number): void {
    for (const field of this.fields) field.blank(slot)
  }

  override store(slot: number, value: unknown): Problem | null {
    if (
      typeof value !== 'object' ||
      value === null ||
      Array.isArray(value) ||
      numberOf(value) !== undefined
    ) {
      return mismatch(this.field, value)
    }
    const record = value as Record<string, unknown>
    for (let k = 0; k < this.fields.length; k++) {
      const name = this.names[k]
      const given = Object.hasOwn(record, name) ? record[name] : this.missing[k]
      const problem =
        given === undefined
          ? new Problem('HR_RECORD_MISMATCH', '', 'is missing, and has neither a default nor may be null')
          : this.fields[k].put(slot, given)
      if (problem !== null) return problem.within(name)
    }
    return null
  }

  protected override column(
    rows: number,
    nulls: Uint8Array | null,
    isGood: Uint8Array | null,
    input: Uint8Array,
  ): Column {
    return new RecordColumn(
      this.fields.map(field => field.finish(rows, isGood, input)),
      nulls,
    )
  }
}

function columnBuilder(field: Field): ColumnBuilder {
  switch (layoutOf(field)) {
    case 'bytes':
      return new BytesBuilder(field)
    case 'vector':
      return new VectorBuilder(field)
    case 'array':
      return new ArrayBuilder(field)
    case 'record':
      return new RecordBuilder(field)
    default:
      return new ScalarBuilder(field)
  }
}
