import type { Column, Layout } from '../../engine/batch/columns.ts'
import { layoutOf } from '../../engine/batch/columns.ts'
import type { Field } from '../../engine/batch/schema.ts'
import type { RespBuffer } from './resp-buffer.ts'

/**
 * A stored value: its event time and position, two doubles; one byte, 0 for null; then the value, as its payload says.
 * All of it little-endian.
 */
const STAMP_BYTES = 16
const HEAD_BYTES = STAMP_BYTES + 1

export interface Stamp {
  readonly time: number
  readonly position: number
}

/** The layouts of what a view may have. */
type Kept = Exclude<Layout, 'array' | 'record'>
type ColumnOf<L extends Layout> = Extract<Column, { readonly layout: L }>

interface Payload<C extends Column> {
  length(column: C, row: number): number
  put(out: RespBuffer, column: C, row: number): void
  /** As plain JavaScript. */
  read(stored: Buffer, field: Field): unknown
}

const payloads: { readonly [L in Kept]: Payload<ColumnOf<L>> } = {
  number: {
    length: () => 8,
    put: (out, { values }, row) => out.f64(values[row]),
    read: stored => stored.readDoubleLE(HEAD_BYTES),
  },
  /** Of an enum, the code. */
  int: {
    length: () => 4,
    put: (out, { values }, row) => out.i32(values[row]),
    read: (stored, { values }) => {
      const code = stored.readInt32LE(HEAD_BYTES)
      return values ? values[code] : code
    },
  },
  bool: {
    length: () => 1,
    put: (out, { values }, row) => out.u8(values[row]),
    read: stored => stored[HEAD_BYTES] === 1,
  },
  bigint: {
    length: () => 8,
    put: (out, { values }, row) => out.i64(values[row]),
    read: stored => stored.readBigInt64LE(HEAD_BYTES),
  },
  float: {
    length: () => 4,
    put: (out, { values }, row) => out.f32(values[row]),
    read: stored => stored.readFloatLE(HEAD_BYTES),
  },
  /** UTF-8, of a string or a decimal. */
  bytes: {
    length: ({ start, end }, row) => end[row] - start[row],
    put: (out, { bytes, start, end }, row) => out.copy(bytes, start[row], end[row]),
    read: stored => stored.toString('utf8', HEAD_BYTES),
  },
  vector: {
    length: ({ size }) => 4 * size,
    put: (out, { values, size }, row) => {
      for (let k = 0; k < size; k++) out.f32(values[row * size + k])
    },
    read: (stored, { size }) => {
      const values = new Float32Array(size as number)
      for (let k = 0; k < values.length; k++) values[k] = stored.readFloatLE(HEAD_BYTES + 4 * k)
      return values
    },
  },
}

/** Appends one row's value of a column, as an argument. */
export function putValue(out: RespBuffer, column: Column, row: number, time: number, position: number): void {
  const kept = column as ColumnOf<Kept>
  const payload: Payload<ColumnOf<Kept>> = payloads[kept.layout]
  const isNull = kept.nulls !== null && kept.nulls[row] === 1
  out.argument(HEAD_BYTES + (isNull ? 0 : payload.length(kept, row)))
  out.f64(time)
  out.f64(position)
  out.u8(isNull ? 0 : 1)
  if (!isNull) payload.put(out, kept, row)
  out.lineEnd()
}

export function timeIn(stored: Buffer): number {
  return stored.readDoubleLE(0)
}

/** The value behind the stamp, as plain JavaScript. */
export function valueIn(stored: Buffer, field: Field): unknown {
  if (stored[STAMP_BYTES] === 0) return null
  return payloads[layoutOf(field) as Kept].read(stored, field)
}
