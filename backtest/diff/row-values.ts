import type { Field } from '../../engine/batch/schema.ts'
import type { RowLayout, Rows } from './row-layout.ts'
import { bytesAt, numbersAt } from './value-difference.ts'

const decoder = new TextDecoder()

/** A value as JSON can have it: numbers that it has not are their names. */
export type PlainValue = string | number | boolean | null | bigint | readonly PlainValue[] | object

/** Leaves by their names. */
export type PlainRow = Readonly<Record<string, PlainValue>>

export function plainRow(layout: RowLayout, rows: Rows, row: number): PlainRow {
  return Object.fromEntries(
    layout.leaves.map(({ name }, leaf) => [name, plainValue(layout, rows, row, leaf)]),
  )
}

export function plainValue(layout: RowLayout, rows: Rows, row: number, leaf: number): PlainValue {
  if (layout.isNull(rows, row, leaf)) return null
  const { form, field } = layout.leaves[leaf]
  const word = layout.word(row, leaf)
  switch (form) {
    case 'number':
      return plainNumber(rows.words.f64[word])
    case 'code':
      return codeValue(field, rows.words.f64[word])
    case 'bigint':
      return rows.words.i64[word]
    case 'numbers':
      return [...numbersAt(rows, word)].map(plainNumber)
    case 'json':
      return JSON.parse(decoder.decode(bytesAt(rows, word)))
    default:
      return textValue(field, bytesAt(rows, word))
  }
}

function plainNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}

function codeValue({ values }: Field, code: number): string | boolean {
  return values === undefined ? code === 1 : values[code]
}

function textValue({ kind }: Field, bytes: Uint8Array): string {
  return kind === 'bytes' ? Buffer.from(bytes).toString('base64') : decoder.decode(bytes)
}
