import type { BatchArena } from '../batch/arena.ts'
import type { BytesColumn, Column } from '../batch/columns.ts'
import { BigintColumn, IntColumn, NumberColumn } from '../batch/columns.ts'
import type { Field } from '../batch/schema.ts'
import { decodeText } from '../batch/text.ts'
import { HeadraceError } from '../errors.ts'
import type { SourceSpec } from '../topic.ts'
import type { BadRecords } from './codec.ts'

const kinds = ['int', 'long', 'timestamp', 'bigint', 'string', 'bytes']

/** Reads one column from the record key: numbers in decimal, strings and bytes as they are. */
export class KeyReader {
  private readonly index: number
  private readonly field: Field

  constructor(spec: SourceSpec) {
    const name = spec.fromKey as string
    this.index = spec.schema.names.indexOf(name)
    this.field = spec.schema.fields[name] as Field
    if (!kinds.includes(this.field.kind)) {
      throw new HeadraceError(
        'HR_CONFIG_INVALID',
        `fromKey of topic "${spec.name}" is "${name}", of type ${this.field.kind}: it has to be one of ${kinds.join(', ')}`,
      )
    }
  }

  /** Puts the column into its place; every key is checked, also where the column is not wanted. */
  fill(
    columns: (Column | null)[],
    wanted: readonly boolean[],
    keys: BytesColumn,
    rows: number,
    arena: BatchArena,
    bad: BadRecords,
  ): void {
    const column = this.read(keys, rows, arena, bad)
    if (wanted[this.index]) columns[this.index] = column
  }

  private read(keys: BytesColumn, rows: number, arena: BatchArena, bad: BadRecords): Column {
    const { kind } = this.field
    for (let row = 0; row < rows; row++) {
      if (keys.start[row] < 0) bad.add(row, 'HR_KEY_UNREADABLE', 'the record has no key')
    }
    if (kind === 'string' || kind === 'bytes') return keys
    if (kind === 'bigint') return this.readBigints(keys, rows, arena, bad)
    const out = kind === 'int' ? arena.i32(rows) : arena.f64(rows)
    for (let row = 0; row < rows; row++) {
      const value = keys.start[row] < 0 ? 0 : decimal(keys.bytes, keys.start[row], keys.end[row])
      out[row] = value
      if (!Number.isSafeInteger(value) || (kind === 'int' && out[row] !== value)) this.refuse(row, keys, bad)
    }
    return out instanceof Int32Array ? new IntColumn(out) : new NumberColumn(out)
  }

  private readBigints(keys: BytesColumn, rows: number, arena: BatchArena, bad: BadRecords): Column {
    const out = arena.i64(rows)
    for (let row = 0; row < rows; row++) {
      const text = keys.start[row] < 0 ? '0' : textAt(keys, row)
      const value = /^-?\d{1,20}$/.test(text) ? BigInt(text) : undefined
      out[row] = value ?? 0n
      if (value === undefined || out[row] !== value) this.refuse(row, keys, bad)
    }
    return new BigintColumn(out)
  }

  private refuse(row: number, keys: BytesColumn, bad: BadRecords): void {
    bad.add(
      row,
      'HR_KEY_UNREADABLE',
      `the key is no ${this.field.kind}: ${JSON.stringify(textAt(keys, row))}`,
    )
  }
}

function textAt(keys: BytesColumn, row: number): string {
  return decodeText(keys.bytes, keys.start[row], Math.min(keys.end[row], keys.start[row] + 64))
}

/** A whole number in decimal; NaN for anything else. */
function decimal(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  const negative = bytes[at] === 0x2d
  if (negative) at++
  if (at === end || end - at > 16) return Number.NaN
  let value = 0
  for (; at < end; at++) {
    const digit = bytes[at] - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return negative ? -value : value
}
