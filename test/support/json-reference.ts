import type { Field, Schema } from '../../engine/batch/schema.ts'

/** What the reference gives for a record that is to be rejected. */
export const rejected = Symbol('rejected')

class Digits {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Reviver = (key: string, value: unknown) => unknown

const keepDigits = (_key: string, value: unknown, context: { source?: string }) =>
  typeof value === 'number' ? new Digits(context.source!) : value

/** A record as a plain object by way of JSON.parse: a second, naive reading of the rules for JSON. */
export function referenceRow(schema: Schema, bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    JSON.parse(text)
    return convert(schema, JSON.parse(text, keepDigits as Reviver))
  } catch {
    return rejected
  }
}

function convert(field: Field, value: unknown): unknown {
  if (value === null) return field.nullable ? null : reject()
  if (field.kind === 'array') return asArray(value).map(item => convert(field.item!, item))
  if (field.kind === 'vector') {
    if (asArray(value).length !== field.size) reject()
    return Float32Array.from(asArray(value), item => asNumber(item))
  }
  if (field.kind === 'record') return convertRecord(field, value)
  if (field.kind === 'boolean') return typeof value === 'boolean' ? value : reject()
  if (['int', 'long', 'timestamp', 'double', 'float', 'bigint'].includes(field.kind))
    return convertNumber(field, value)
  if (field.kind === 'decimal')
    return convertDecimal(field, value instanceof Digits ? value.text : asText(value))
  const text = asText(value)
  if (field.kind === 'enum') return field.values!.includes(text) ? text : reject()
  if (field.kind === 'string') return text.toWellFormed()
  const decoded = Buffer.from(text, 'base64')
  return decoded.toString('base64') === text ? new Uint8Array(decoded) : reject()
}

function convertRecord(field: Field, value: unknown): unknown {
  if (typeof value !== 'object' || Array.isArray(value) || value instanceof Digits) reject()
  const given = new Map(Object.entries(value as object))
  return Object.fromEntries(
    Object.entries(field.fields!).map(([name, inner]) => {
      if (given.has(name)) return [name, convert(inner, given.get(name))]
      if (inner.default !== undefined) return [name, inner.default]
      return [name, inner.nullable ? null : reject()]
    }),
  )
}

function convertNumber(field: Field, value: unknown): unknown {
  const number = asNumber(value)
  if (field.kind === 'double') return number
  if (field.kind === 'float') return Math.fround(number)
  if (field.kind === 'bigint') {
    const [mantissa, exponent = '0'] = (value as Digits).text.toLowerCase().split('e')
    const [whole, fraction = ''] = mantissa.split('.')
    const shift = Number(exponent) - fraction.length
    const digits = BigInt(whole + fraction)
    if (Math.abs(shift) > 400) return reject()
    if (shift < 0 && digits % 10n ** BigInt(-shift) !== 0n) reject()
    const exact = shift < 0 ? digits / 10n ** BigInt(-shift) : digits * 10n ** BigInt(shift)
    return BigInt.asIntN(64, exact) === exact ? exact : reject()
  }
  if (field.kind === 'int') return (number | 0) === number ? number + 0 : reject()
  return Number.isSafeInteger(number) ? number + 0 : reject()
}

function convertDecimal(field: Field, text: string): unknown {
  const parts = /^(-?)(0|[1-9][0-9]*)(\.[0-9]+)?$/.exec(text)
  if (parts === null) return reject()
  const fraction = (parts[3] ?? '.').slice(1)
  const significant = fraction.replace(/0*$/, '').length
  const whole = parts[2] === '0' ? 0 : parts[2].length
  return significant <= field.scale! && whole <= field.precision! - field.scale! ? text : reject()
}

function asNumber(value: unknown): number {
  return value instanceof Digits ? Number(value.text) : reject()
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : reject()
}

function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : reject()
}

function reject(): never {
  throw rejected
}
