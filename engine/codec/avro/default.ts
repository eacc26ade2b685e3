import type { Field } from '../../batch/schema.ts'
import { HeadraceError } from '../../errors.ts'
import { decimalBytes, decimalText } from './decimal.ts'

/** A default as Avro's JSON has it: bytes as text of code points up to 255. */
export function defaultToJson(field: Field, value: unknown, path: string): unknown {
  if (value === null) return null
  switch (field.kind) {
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('latin1')
    case 'decimal': {
      const bytes = decimalBytes(String(value), field.precision ?? 0, field.scale ?? 0)
      if (bytes === null) throw unwritable(path, value)
      return Buffer.from(bytes).toString('latin1')
    }
    case 'enum':
      if (!field.values?.includes(String(value))) throw unwritable(path, value)
      return value
    case 'vector':
      return Array.from(value as Float32Array, item => finite(item, path))
    case 'array':
      return (value as unknown[]).map(item => defaultToJson(field.item as Field, item, path))
    case 'record':
      return Object.fromEntries(
        Object.entries(field.fields ?? {}).map(([key, inner]) => {
          const given = (value as Record<string, unknown>)[key] ?? inner.default ?? null
          return [key, defaultToJson(inner, given, `${path}.${key}`)]
        }),
      )
    case 'bigint':
      if (!Number.isSafeInteger(Number(value))) throw unwritable(path, value)
      return Number(value)
    default:
      return typeof value === 'number' ? finite(value, path) : value
  }
}

/** The inverse of `defaultToJson`. */
export function defaultFromJson(field: Field, json: unknown): unknown {
  if (json === null) return null
  switch (field.kind) {
    case 'bytes':
      return new Uint8Array(Buffer.from(String(json), 'latin1'))
    case 'decimal': {
      const bytes = Buffer.from(String(json), 'latin1')
      return decimalText(bytes, 0, bytes.length, field.precision ?? 0, field.scale ?? 0)
    }
    case 'array':
      return (json as unknown[]).map(item => defaultFromJson(field.item as Field, item))
    case 'record':
      return Object.fromEntries(
        Object.entries(field.fields ?? {}).map(([key, inner]) => {
          const given = (json as Record<string, unknown>)[key]
          return [key, given === undefined ? inner.default : defaultFromJson(inner, given)]
        }),
      )
    default:
      return json
  }
}

function finite(value: number, path: string): number {
  if (!Number.isFinite(value)) throw unwritable(path, value)
  return value
}

function unwritable(path: string, value: unknown): HeadraceError {
  return new HeadraceError('HR_SCHEMA_UNSUPPORTED', `${path}: Avro has no way to write the default ${value}`)
}
