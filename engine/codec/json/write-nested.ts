import type { Column } from '../../batch/columns.ts'
import type { Field } from '../../batch/schema.ts'
import { HeadraceError } from '../../errors.ts'
import type { ByteBuffer } from '../codec.ts'
import {
  BYTES_PER_BYTE,
  NUMBER_BYTES,
  writeAscii,
  writeBigint,
  writeBoolean,
  writeFloat,
  writeInt,
  writeNull,
  writeNumber,
  writeString,
} from './write.ts'

const encoder = new TextEncoder()

/** Appends one value of any kind: the general way, for what the generated writer leaves to it. */
export function appendValue(out: ByteBuffer, field: Field, column: Column, row: number, path: string): void {
  if (column.nulls !== null && column.nulls[row] === 1) {
    out.reserve(NUMBER_BYTES)
    out.length = writeNull(out.bytes, out.length)
    return
  }
  switch (column.layout) {
    case 'bytes':
      appendBytes(out, field, column.bytes, column.start[row], column.end[row])
      return
    case 'vector':
      appendVector(out, column.values, row * column.size, column.size, path)
      return
    case 'array': {
      const from = column.start[row]
      appendList(out, '[]', column.end[row] - from, k => {
        appendValue(out, field.item as Field, column.item, from + k, `${path}[${k}]`)
      })
      return
    }
    case 'record': {
      const fields = Object.entries(field.fields ?? {})
      appendList(out, '{}', fields.length, k => {
        const [name, inner] = fields[k]
        appendText(out, `${JSON.stringify(name)}:`)
        appendValue(out, inner, column.fields[k], row, `${path}.${name}`)
      })
      return
    }
    case 'int':
      if (field.values !== undefined) {
        appendText(out, JSON.stringify(field.values[column.values[row]]))
        return
      }
  }
  appendScalar(out, column, row, path)
}

type Scalars = Exclude<Column, { layout: 'bytes' | 'vector' | 'array' | 'record' }>

function appendScalar(out: ByteBuffer, column: Scalars, row: number, path: string): void {
  out.reserve(NUMBER_BYTES)
  const behind = writeScalar(out.bytes, out.length, column, row)
  if (behind === -1) notJson(path, column.values[row])
  out.length = behind
}

function writeScalar(bytes: Uint8Array, at: number, column: Scalars, row: number): number {
  switch (column.layout) {
    case 'number':
      return writeNumber(bytes, at, column.values, row)
    case 'float':
      return writeFloat(bytes, at, column.values, row)
    case 'bigint':
      return writeBigint(bytes, at, column.values, row)
    case 'bool':
      return writeBoolean(bytes, at, column.values[row])
    case 'int':
      return writeInt(bytes, at, column.values[row])
  }
}

function appendBytes(out: ByteBuffer, field: Field, bytes: Uint8Array, start: number, end: number): void {
  if (field.kind === 'bytes') {
    appendText(out, `"${bytes.subarray(start, end).toBase64()}"`)
    return
  }
  out.reserve((end - start) * BYTES_PER_BYTE + 2)
  out.length = writeString(out.bytes, out.length, bytes, start, end)
}

function appendText(out: ByteBuffer, text: string): void {
  out.append(encoder.encode(text))
}

/** A bracket or a comma. */
function appendMark(out: ByteBuffer, mark: string): void {
  out.reserve(1)
  out.length = writeAscii(out.bytes, out.length, mark)
}

function appendList(out: ByteBuffer, brackets: string, length: number, append: (k: number) => void): void {
  appendMark(out, brackets[0])
  for (let k = 0; k < length; k++) {
    if (k > 0) appendMark(out, ',')
    append(k)
  }
  appendMark(out, brackets[1])
}

function appendVector(out: ByteBuffer, values: Float32Array, from: number, size: number, path: string): void {
  out.reserve(2 + size * (NUMBER_BYTES + 1))
  let p = writeAscii(out.bytes, out.length, '[')
  for (let k = 0; k < size; k++) {
    if (k > 0) p = writeAscii(out.bytes, p, ',')
    const behind = writeFloat(out.bytes, p, values, from + k)
    if (behind === -1) notJson(`${path}[${k}]`, values[from + k])
    p = behind
  }
  out.length = writeAscii(out.bytes, p, ']')
}

export function notJson(path: string, value: unknown): never {
  throw new HeadraceError('HR_NUMBER_NOT_JSON', `${path} is ${value}`)
}
