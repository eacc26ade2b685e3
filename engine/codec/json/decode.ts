import type { BatchArena } from '../../batch/arena.ts'
import type { Column } from '../../batch/columns.ts'
import type { Schema } from '../../batch/schema.ts'
import type { BadRecords, EncodedRows, RowDecoder } from '../codec.ts'
import { RecordBuilder } from './columns.ts'
import type { RecordScanner, Spacing } from './scanner-source.ts'
import { recordScanner } from './scanner-source.ts'
import { putSlowly } from './slow.ts'

const OPEN = 0
const GOOD = 1
const NOT_GOOD = 2

/**
 * JSON objects to columns. Each record reads as JSON.parse reads it: fields in any order, unknown ones
 * ignored, the last of duplicates valid; a field that is missing takes its default, or null. Beyond that:
 * integers may be written 1.0 or 1e3; a long or a timestamp outside of 2^53 is a bad record, a bigint is
 * exact; timestamps are numbers of milliseconds, never text; enums are their names, bytes base64, decimals
 * text or numbers of which every digit is kept. Bytes that are not UTF-8 make a record bad.
 */
export function jsonDecoder(schema: Schema): RowDecoder {
  return new JsonDecoder(schema)
}

class JsonDecoder implements RowDecoder {
  private readonly schema: Schema
  private readonly root: RecordBuilder
  private readonly scanners = new Map<string, RecordScanner>()
  /** Tried in this order: that of the last batch first. */
  private spacings: readonly [Spacing, Spacing] = ['', ' ']

  constructor(schema: Schema) {
    this.schema = schema
    this.root = new RecordBuilder(schema)
  }

  decode(
    input: EncodedRows,
    wanted: readonly boolean[],
    arena: BatchArena,
    bad: BadRecords,
  ): (Column | null)[] {
    const { rows, start, end } = input
    const { fields } = this.root
    for (let k = 0; k < fields.length; k++) fields[k].begin(rows, arena, wanted[k])
    const state = arena.u8(rows)
    for (let row = 0; row < rows; row++) state[row] = start[row] < 0 ? NOT_GOOD : OPEN

    const bytes = plain(input.bytes)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const scan = (spacing: Spacing) =>
      this.scanner(wanted, spacing)(bytes, view, start, end, rows, state, fields)
    const [usual, other] = this.spacings
    const left = scan(usual)
    if (left > 0) {
      const stillLeft = scan(other)
      if (left - stillLeft > rows / 2) this.spacings = [other, usual]
      if (stillLeft > 0) this.decodeSlowly(bytes, input, state, bad)
    }
    return fields.map((field, k) => (wanted[k] ? field.finish(rows, state, bytes) : null))
  }

  private decodeSlowly(bytes: Uint8Array, input: EncodedRows, state: Uint8Array, bad: BadRecords): void {
    for (let row = 0; row < input.rows; row++) {
      if (state[row] !== OPEN) continue
      const problem = putSlowly(this.root, row, bytes, input.start[row], input.end[row])
      state[row] = problem === null ? GOOD : NOT_GOOD
      if (problem !== null) bad.add(row, problem.code, problem.message)
    }
  }

  private scanner(wanted: readonly boolean[], spacing: Spacing): RecordScanner {
    const key = wanted.map(Number).join('') + spacing
    let scanner = this.scanners.get(key)
    if (scanner === undefined) {
      scanner = recordScanner(this.schema, wanted, spacing)
      this.scanners.set(key, scanner)
    }
    return scanner
  }
}

/** A Buffer is an Uint8Array of another shape: with one shape only, the scanners stay fast. */
function plain(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array
    ? bytes
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
