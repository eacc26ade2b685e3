import type { BatchArena } from '../batch/arena.ts'
import type { Column } from '../batch/columns.ts'
import type { ErrorCode } from '../error-codes.ts'

/** Encoded values: value i is bytes[start[i], end[i]); start is -1 where there is none (a tombstone). */
export interface EncodedRows {
  readonly bytes: Uint8Array
  readonly start: Int32Array
  readonly end: Int32Array
  readonly rows: number
}

/** Records that do not fit the schema, each with the reason. */
export interface BadRecords {
  add(row: number, code: ErrorCode, message: string): void
}

/**
 * Bytes to columns for one schema. Every record is checked whole, so that what is rejected never depends
 * on which columns a job happens to use; only the wanted columns are made (null for the others). What
 * stands in a column at a bad row or a tombstone is arbitrary.
 */
export interface RowDecoder {
  /** Gets what has to be known before these rows can be decoded. */
  prepare?(input: EncodedRows): void | Promise<void>
  decode(
    input: EncodedRows,
    wanted: readonly boolean[],
    arena: BatchArena,
    bad: BadRecords,
  ): (Column | null)[]
}

/** Columns to bytes for one schema: appends the rows' values to `out` and says where each stands. */
export interface RowEncoder {
  encode(columns: readonly Column[], rows: number, out: ByteBuffer, start: Int32Array, end: Int32Array): void
}

/** A growing buffer that is used again and again. Generated code writes to `bytes` after `reserve`. */
export class ByteBuffer {
  bytes: Uint8Array<ArrayBuffer>
  view: DataView
  length = 0

  constructor(capacity: number = 1 << 16) {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Makes room for `count` more bytes behind `length`. */
  reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  clear(): void {
    this.length = 0
  }
}
