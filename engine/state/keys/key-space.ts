import type { BatchArena } from '../../batch/arena.ts'
import type { Batch } from '../../batch/batch.ts'
import type { Column } from '../../batch/columns.ts'
import { BoolColumn, BytesColumn, IntColumn, NumberColumn } from '../../batch/columns.ts'
import type { Field, Schema } from '../../batch/schema.ts'
import { signature } from '../../batch/schema.ts'
import { HeadraceError } from '../../errors.ts'
import type { StateWriter } from '../blob/blob.ts'
import type { StateTable } from '../blob/blob-table.ts'
import { BytesKeys } from './bytes-keys.ts'
import { packKeys, unpackKeys } from './key-packing.ts'
import { NumberKeys } from './number-keys.ts'

/** The keys of one batch's rows, in the form that tables look up. */
export type BatchKeys = Float64Array | BytesColumn

/** Keys to slots 0, 1, 2, ... in the order of their first appearance. */
export type KeyTable = NumberKeys | BytesKeys

/**
 * What a stateful step groups by: one or several columns, made into numbers or byte strings that tables
 * look up, and back into columns where results are emitted.
 */
export class KeySpace {
  readonly names: readonly string[]
  readonly fields: readonly Field[]
  /** What stored keys have to agree with. */
  readonly signature: string
  private readonly form: 'number' | 'bytes' | 'packed'

  constructor(schema: Schema, by: string | readonly string[], step: string) {
    this.names = typeof by === 'string' ? [by] : by
    this.fields = this.names.map(name => keyField(schema, name, step))
    this.signature = this.fields.map(signature).join()
    const only = this.fields.length === 1 ? this.fields[0] : undefined
    this.form = only === undefined ? 'packed' : formOf(only)
  }

  newTable(): KeyTable {
    return this.form === 'number' ? new NumberKeys() : new BytesKeys()
  }

  /** The keys of all rows of a batch. */
  keysOf(batch: Batch): BatchKeys {
    const columns = this.names.map(name => batch.named(name))
    if (this.form === 'packed') return packKeys(columns, batch.rows, batch.arena)
    const [column] = columns
    return this.form === 'number'
      ? numbersOf(column as Column, batch.rows, batch.arena)
      : (column as BytesColumn)
  }

  /** Key columns for the given slots, in the order of the `by` columns. */
  columns(table: KeyTable, slots: Int32Array, count: number, arena: BatchArena): Column[] {
    if (table instanceof NumberKeys) return [this.numberColumn(table.bySlot, slots, count, arena)]
    const keys = ownBytes(table.column(), slots, count, arena)
    return this.form === 'packed' ? unpackKeys(keys, this.fields, count, arena) : [keys]
  }

  /** Enters the keys of the given slots into another table, in that order. */
  copy(table: KeyTable, slots: Int32Array, count: number, into: KeyTable): void {
    slotsOf(into, this.keysIn(table, slots), 0, count, new Int32Array(count))
  }

  write(writer: StateWriter, table: KeyTable, slots: Int32Array, count: number): void {
    if (table instanceof NumberKeys) writer.f64At('key', table.bySlot, slots, count)
    else {
      const { start, end, bytes } = table.column()
      writer.bytesAt('key', start, end, bytes, slots, count)
    }
  }

  /** The keys that `write` wrote, to be looked up again. */
  read(table: StateTable): BatchKeys {
    if (this.form === 'number') return table.f64('key') ?? new Float64Array(0)
    const view = table.bytes('key')
    if (view === undefined) return new BytesColumn(new Uint8Array(0), new Int32Array(0), new Int32Array(0))
    return new BytesColumn(view.bytes, view.starts, view.ends)
  }

  private keysIn(table: KeyTable, slots: Int32Array): BatchKeys {
    if (table instanceof NumberKeys) return Float64Array.from(slots, slot => table.bySlot[slot])
    const { bytes, start, end } = table.column()
    const own = (positions: Int32Array) => slots.map(slot => positions[slot])
    return new BytesColumn(bytes, own(start), own(end))
  }

  private numberColumn(bySlot: Float64Array, slots: Int32Array, count: number, arena: BatchArena): Column {
    const { kind } = this.fields[0] as Field
    const out =
      kind === 'boolean'
        ? arena.u8(count)
        : kind === 'int' || kind === 'enum'
          ? arena.i32(count)
          : arena.f64(count)
    for (let i = 0; i < count; i++) out[i] = bySlot[slots[i]]
    if (out instanceof Float64Array) return new NumberColumn(out)
    return out instanceof Int32Array ? new IntColumn(out) : new BoolColumn(out)
  }
}

/** Looks keys up in a table of either form. */
export function slotsOf(table: KeyTable, keys: BatchKeys, from: number, to: number, out: Int32Array): void {
  if (table instanceof NumberKeys) table.slots(keys as Float64Array, from, to, out)
  else table.slots(keys as BytesColumn, from, to, out)
}

/** As `slotsOf`, for keys that are only looked for: -1 for those that are not there. */
export function findSlots(table: KeyTable, keys: BatchKeys, from: number, to: number, out: Int32Array): void {
  if (table instanceof NumberKeys) table.findAll(keys as Float64Array, from, to, out)
  else table.findAll(keys as BytesColumn, from, to, out)
}

/** The slot of one row's key; -1 if the table does not have it. */
export function findSlot(table: KeyTable, keys: BatchKeys, row: number): number {
  if (table instanceof NumberKeys) return table.find((keys as Float64Array)[row])
  return table.find(keys as BytesColumn, row)
}

function keyField(schema: Schema, name: string, step: string): Field {
  const field = schema.fields[name]
  if (field === undefined) {
    throw new HeadraceError('HR_COLUMN_UNKNOWN', `by "${name}": there are ${schema.names.join(', ')}`, {
      step,
    })
  }
  if (field.nullable)
    throw new HeadraceError('HR_KEY_NULLABLE', `the key column "${name}" may be null`, { step })
  return field
}

function formOf(field: Field): 'number' | 'bytes' | 'packed' {
  switch (field.kind) {
    case 'int':
    case 'long':
    case 'timestamp':
    case 'double':
    case 'enum':
    case 'boolean':
      return 'number'
    case 'string':
    case 'bytes':
    case 'decimal':
      return 'bytes'
    default:
      return 'packed'
  }
}

function numbersOf(column: Column, rows: number, arena: BatchArena): Float64Array {
  if (column.layout === 'number') return column.values
  const { values } = column as IntColumn | BoolColumn
  const out = arena.f64(rows)
  for (let row = 0; row < rows; row++) out[row] = values[row]
  return out
}

/** Keys as a batch may carry them: the table's own bytes move when it grows. */
function ownBytes(keys: BytesColumn, slots: Int32Array, count: number, arena: BatchArena): BytesColumn {
  let length = 0
  for (let i = 0; i < count; i++) length += keys.end[slots[i]] - keys.start[slots[i]]
  const bytes = arena.u8(length)
  const start = arena.i32(count)
  const end = arena.i32(count)
  let at = 0
  for (let i = 0; i < count; i++) {
    const from = keys.start[slots[i]]
    const to = keys.end[slots[i]]
    start[i] = at
    for (let k = from; k < to; k++) bytes[at++] = keys.bytes[k]
    end[i] = at
  }
  return new BytesColumn(bytes, start, end)
}
