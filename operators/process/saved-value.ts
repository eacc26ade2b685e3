import type { Field } from '../../engine/batch/schema.ts'

/** A value of a field as JSON can hold it: exactly, NaN, infinities and -0 included. */
export function toSaved(field: Field, value: unknown): unknown {
  if (value == null) return null
  switch (field.kind) {
    case 'bigint':
      return String(value)
    case 'float':
    case 'double':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : numberText(value as number)
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('base64')
    case 'vector':
      return Array.from(value as Float32Array, numberText)
    case 'array':
      return (value as unknown[]).map(item => toSaved(field.item as Field, item))
    case 'record':
      return mapFields(field, value, toSaved)
    default:
      return value
  }
}

export function fromSaved(field: Field, saved: unknown): unknown {
  if (saved === null) return null
  switch (field.kind) {
    case 'bigint':
      return BigInt(saved as string)
    case 'float':
    case 'double':
      return Number(saved)
    case 'bytes':
      return new Uint8Array(Buffer.from(saved as string, 'base64'))
    case 'vector':
      return Float32Array.from(saved as string[], Number)
    case 'array':
      return (saved as unknown[]).map(item => fromSaved(field.item as Field, item))
    case 'record':
      return mapFields(field, saved, fromSaved)
    default:
      return saved
  }
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function mapFields(field: Field, value: unknown, map: (inner: Field, part: unknown) => unknown): unknown {
  const parts = value as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(field.fields ?? {}).map(([name, inner]) => [name, map(inner, parts[name])]),
  )
}
