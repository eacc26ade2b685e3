import type { Batch } from '../batch/batch.ts'
import type { Column } from '../batch/columns.ts'
import type { Cursor } from '../batch/cursor.ts'
import { cursorFor } from '../batch/cursor.ts'
import type { MapLoop } from '../batch/loops.ts'
import { mapLoop } from '../batch/loops.ts'
import type { Schema } from '../batch/schema.ts'
import { readValue } from '../batch/values.ts'
import type { RowFailures } from '../step.ts'
import type { EncodedRows } from './codec.ts'
import { ByteBuffer } from './codec.ts'

type KeySpec = string | ((row: never) => unknown) | null

const encoder = new TextEncoder()

/** The record keys of batches: a column or a lambda's value; numbers in decimal, strings in UTF-8. */
export class KeyWriter {
  private readonly name: string | null
  private readonly cursor: Cursor<unknown> | null
  private readonly loop: MapLoop<unknown> | null
  private readonly out = new ByteBuffer(1 << 14)
  private start = new Int32Array(0)
  private end = new Int32Array(0)

  constructor(step: string, key: KeySpec, schema: Schema) {
    this.name = typeof key === 'string' ? key : null
    const lambda = typeof key === 'function' ? (key as (row: unknown) => unknown) : null
    this.cursor = lambda === null ? null : cursorFor(schema)
    this.loop = lambda === null ? null : mapLoop(`${step}.key`, lambda)
  }

  /** The keys of all rows; valid until the next call. A start of -1 is no key. */
  write(batch: Batch, failures: RowFailures): EncodedRows {
    const { rows } = batch
    if (this.start.length < rows) {
      this.start = new Int32Array(rows * 2)
      this.end = new Int32Array(rows * 2)
    }
    this.out.clear()
    if (this.loop !== null && this.cursor !== null) {
      const values: unknown[] = new Array(rows).fill(null)
      this.cursor.$bind(batch)
      this.loop(this.cursor, rows, values, failures.note)
      for (let row = 0; row < rows; row++) this.put(row, values[row])
    } else if (this.name !== null) {
      const column = batch.named(this.name)
      if (column.layout === 'bytes' && column.nulls === null) {
        return { bytes: column.bytes, start: column.start, end: column.end, rows }
      }
      this.column(column, batch)
    } else this.start.fill(-1, 0, rows)
    return { bytes: this.out.bytes, start: this.start, end: this.end, rows }
  }

  private column(column: Column, batch: Batch): void {
    const field = batch.schema.fields[this.name as string]
    if (field === undefined) return
    if (
      column.nulls === null &&
      (field.kind === 'long' || field.kind === 'timestamp') &&
      column.layout === 'number'
    ) {
      for (let row = 0; row < batch.rows; row++) this.number(row, column.values[row])
    } else for (let row = 0; row < batch.rows; row++) this.put(row, readValue(field, column, row))
  }

  private put(row: number, value: unknown): void {
    if (value === null || value === undefined) this.start[row] = -1
    else if (typeof value === 'number') this.number(row, value)
    else if (value instanceof Uint8Array) this.bytes(row, value)
    else this.bytes(row, encoder.encode(String(value)))
  }

  private bytes(row: number, bytes: Uint8Array): void {
    this.start[row] = this.out.length
    this.out.append(bytes)
    this.end[row] = this.out.length
  }

  private number(row: number, value: number): void {
    if (value === (value | 0) && value !== -2147483648) this.digits(row, value)
    else this.bytes(row, encoder.encode(String(value)))
  }

  private digits(row: number, value: number): void {
    const { out } = this
    out.reserve(11)
    const bytes = out.bytes
    let at = out.length
    this.start[row] = at
    let rest = value | 0
    if (rest < 0) {
      bytes[at++] = 0x2d
      rest = -rest | 0
    }
    let digits = 1
    for (let bound = 10; rest >= bound; bound *= 10) digits++
    for (let k = at + digits - 1; k >= at; k--) {
      const next = (rest / 10) | 0
      bytes[k] = 0x30 + rest - next * 10
      rest = next
    }
    out.length = at + digits
    this.end[row] = out.length
  }
}
