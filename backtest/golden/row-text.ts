import type { Field, Schema } from '../../engine/batch/schema.ts'

export type PlainRow = Readonly<Record<string, unknown>>

/** Beyond, a date has no text. */
const longestTime = 8.64e15

/** A row as one line of JSON that people can read, and from which exactly the same row can be made again. */
export function rowText({ names, fields }: Schema, row: PlainRow): string {
  return JSON.stringify(Object.fromEntries(names.map(name => [name, shown(fields[name], row[name])])))
}

/** A value as JSON can have it: times as ISO text, bytes as base64, numbers that JSON has not by their names. */
function shown(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return null
  switch (field.kind) {
    case 'timestamp':
      return Math.abs(Number(value)) > longestTime ? value : new Date(Number(value)).toISOString()
    case 'double':
      return Number.isFinite(value) ? value : String(value)
    case 'float':
      return shortFloat(Number(value))
    case 'vector':
      return [...(value as Float32Array)].map(shortFloat)
    case 'bigint':
      return String(value)
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('base64')
    case 'array':
      return (value as readonly unknown[]).map(item => shown(field.item as Field, item))
    case 'record':
      return Object.fromEntries(
        Object.entries(field.fields ?? {}).map(([name, inner]) => [
          name,
          shown(inner, (value as PlainRow)[name]),
        ]),
      )
    default:
      return value
  }
}

/** The fewest digits that are this float of 32 bits, and no other. */
function shortFloat(value: number): number | string {
  if (!Number.isFinite(value)) return String(value)
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

/** The value that a line has for a field; undefined where it is none of that field. */
export function valueFrom(field: Field, text: unknown): unknown {
  if (text === null) return field.nullable ? null : undefined
  switch (field.kind) {
    case 'timestamp':
      return typeof text === 'string' ? wholeOr(Date.parse(text)) : wholeOr(text)
    case 'int':
    case 'long':
      return wholeOr(text)
    case 'double':
      return numberFrom(text)
    case 'float':
      return floatFrom(text)
    case 'vector':
      return vectorFrom(field, text)
    case 'bigint':
      return typeof text === 'string' && /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined
    case 'bytes':
      return typeof text === 'string' ? new Uint8Array(Buffer.from(text, 'base64')) : undefined
    case 'array':
      return arrayFrom(field, text)
    case 'record':
      return recordFrom(field, text)
    case 'boolean':
      return typeof text === 'boolean' ? text : undefined
    case 'enum':
      return field.values?.find(value => value === text)
    default:
      return typeof text === 'string' ? text : undefined
  }
}

const notNumbers: readonly unknown[] = ['NaN', 'Infinity', '-Infinity']

function numberFrom(text: unknown): number | undefined {
  return typeof text === 'number' || notNumbers.includes(text) ? Number(text) : undefined
}

function floatFrom(text: unknown): number | undefined {
  const value = numberFrom(text)
  return value === undefined ? undefined : Math.fround(value)
}

function wholeOr(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined
}

function vectorFrom({ size }: Field, text: unknown): Float32Array | undefined {
  if (!Array.isArray(text) || text.length !== size) return undefined
  const numbers = text.map(numberFrom)
  return numbers.includes(undefined) ? undefined : Float32Array.from(numbers as number[])
}

function arrayFrom({ item }: Field, text: unknown): unknown {
  if (!Array.isArray(text)) return undefined
  const items = text.map(one => valueFrom(item as Field, one))
  return items.includes(undefined) ? undefined : items
}

function recordFrom({ fields = {} }: Field, text: unknown): unknown {
  if (typeof text !== 'object' || Array.isArray(text)) return undefined
  const entries = Object.entries(fields).map(([name, inner]) => {
    return [name, valueFrom(inner, (text as PlainRow)[name] ?? null)] as const
  })
  return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries)
}
