import type {
  BigintColumn,
  BoolColumn,
  BytesColumn,
  Column,
  FloatColumn,
  IntColumn,
  NumberColumn,
} from '../../../engine/batch/columns.ts'
import type { Field, Kind } from '../../../engine/batch/schema.ts'
import {
  NUMBER_BYTES,
  writeAscii,
  writeBigint,
  writeBytes,
  writeFloat,
  writeInt,
  writeNumber,
} from '../../../engine/codec/json/write.ts'
import { ESCAPED_BYTES_PER_BYTE, writeQuoted, writeTagText } from './escape.ts'

/**
 * Puts a row's value at a place where there is room for it, and gives the position behind it. That is the same
 * position where there is nothing to say, and -1 where line protocol cannot say it.
 */
export interface ValueWriter {
  /** Bytes that any value but text may need. */
  readonly room: number
  write(out: Uint8Array, at: number, column: Column, row: number): number
}

const LETTER_T = 0x54
const LETTER_F = 0x46
const LETTER_I = 0x69
const QUOTES = 2

/** As the value of a tag, which is always text. */
export function tagWriter(field: Field): ValueWriter {
  const { kind, values = [] } = field
  switch (kind) {
    case 'string':
      return writer(0, (out, at, { bytes, start, end }: BytesColumn, row) =>
        writeTagText(out, at, bytes, start[row], end[row]),
      )
    case 'enum':
      return enumWriter(values, writeTagText)
    case 'boolean':
      return writer(NUMBER_BYTES, (out, at, column: BoolColumn, row) =>
        writeAscii(out, at, column.values[row] === 1 ? 'true' : 'false'),
      )
    default:
      return digitsWriter(kind)
  }
}

/** As the value of a field, which has a type. Decimals stay text, and exact; times are milliseconds. */
export function fieldWriter(field: Field): ValueWriter {
  const { kind, values = [] } = field
  switch (kind) {
    case 'string':
    case 'decimal':
      return writer(QUOTES, (out, at, { bytes, start, end }: BytesColumn, row) =>
        writeQuoted(out, at, bytes, start[row], end[row]),
      )
    case 'enum':
      return enumWriter(values, writeQuoted)
    case 'boolean':
      return writer(1, (out, at, column: BoolColumn, row) => {
        out[at] = column.values[row] === 1 ? LETTER_T : LETTER_F
        return at + 1
      })
    case 'float':
    case 'double':
      return digitsWriter(kind)
    default:
      return integer(digitsWriter(kind))
  }
}

function integer({ room, write }: ValueWriter): ValueWriter {
  return writer(room + 1, (out, at, column, row) => {
    const behind = write(out, at, column, row)
    out[behind] = LETTER_I
    return behind + 1
  })
}

function digitsWriter(kind: Kind): ValueWriter {
  switch (kind) {
    case 'int':
      return writer(NUMBER_BYTES, (out, at, { values }: IntColumn, row) => writeInt(out, at, values[row]))
    case 'bigint':
      return writer(NUMBER_BYTES, (out, at, { values }: BigintColumn, row) =>
        writeBigint(out, at, values, row),
      )
    case 'float':
      return writer(NUMBER_BYTES, (out, at, { values }: FloatColumn, row) => writeFloat(out, at, values, row))
    default:
      return writer(NUMBER_BYTES, (out, at, { values }: NumberColumn, row) =>
        writeNumber(out, at, values, row),
      )
  }
}

/** There are few values: each is written once, when the series is opened. */
function enumWriter(values: readonly string[], write: typeof writeQuoted): ValueWriter {
  const written = values.map(value => {
    const text = Buffer.from(value)
    const out = Buffer.alloc(text.length * ESCAPED_BYTES_PER_BYTE + QUOTES)
    const behind = write(out, 0, text, 0, text.length)
    return behind === -1 ? undefined : out.subarray(0, behind)
  })
  const room = Math.max(0, ...written.map(text => text?.length ?? 0))
  return writer(room, (out, at, column: IntColumn, row) => {
    const text = written[column.values[row]]
    return text === undefined ? -1 : writeBytes(out, at, text)
  })
}

function writer<C extends Column>(
  room: number,
  write: (out: Uint8Array, at: number, column: C, row: number) => number,
): ValueWriter {
  return { room, write: write as ValueWriter['write'] }
}
