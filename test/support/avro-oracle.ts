import type { Schema as AvscSchema, Type } from 'avsc'
import avsc from 'avsc'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import { avroSchema } from '../../engine/codec/avro/schema.ts'

/** Longs as bigints: avsc's own refuse what is beyond 2^53. */
const exactLong = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(value)
    return bytes
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
})

/** The second opinion: avsc's type for our schema. */
export function avscType(schema: Schema): Type {
  return avsc.Type.forSchema(
    avroSchema(schema) as AvscSchema,
    {
      typeHook: (json: unknown) => {
        const isLong = json === 'long' || (json as { type?: unknown }).type === 'long'
        return isLong ? exactLong : undefined
      },
    } as Parameters<typeof avsc.Type.forSchema>[1],
  )
}

/** A value as avsc takes it. */
export function toAvsc(field: Field, value: unknown): unknown {
  if (value === null) return null
  switch (field.kind) {
    case 'long':
    case 'timestamp':
      return BigInt(value as number)
    case 'bytes':
      return Buffer.from(value as Uint8Array)
    case 'decimal':
      return twosComplement(BigInt((value as string).replace('.', '')))
    case 'vector':
      return Array.from(value as Float32Array)
    case 'array':
      return (value as unknown[]).map(item => toAvsc(field.item as Field, item))
    case 'record':
      return mapFields(field, value, toAvsc)
    default:
      return value
  }
}

/** A value of avsc's as `readValue` gives it. */
export function fromAvsc(field: Field, value: unknown): unknown {
  if (value === null) return null
  switch (field.kind) {
    case 'long':
    case 'timestamp':
    case 'double':
      return Number(value)
    case 'float':
      return Math.fround(Number(value))
    case 'bigint':
      return BigInt(value as bigint)
    case 'bytes':
      return new Uint8Array(value as Buffer)
    case 'string':
      return String(value)
    case 'decimal':
      return decimalOf(value as Buffer, field.scale ?? 0)
    case 'vector':
      return Float32Array.from(value as number[])
    case 'array':
      return (value as unknown[]).map(item => fromAvsc(field.item as Field, item))
    case 'record':
      return mapFields(field, value, fromAvsc)
    default:
      return value
  }
}

function mapFields(field: Field, value: unknown, map: (field: Field, value: unknown) => unknown): unknown {
  return Object.fromEntries(
    Object.entries(field.fields ?? {}).map(([name, inner]) => [
      name,
      map(inner, (value as Record<string, unknown>)[name]),
    ]),
  )
}

/** As short as can be: the shortest length that holds the value. */
function twosComplement(value: bigint): Buffer {
  let length = 1
  while (BigInt.asIntN(8 * length, value) !== value) length++
  return Buffer.from(
    BigInt.asUintN(8 * length, value)
      .toString(16)
      .padStart(2 * length, '0'),
    'hex',
  )
}

function decimalOf(bytes: Buffer, scale: number): string {
  const value = BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex')}`))
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return value < 0n ? `-${text}` : text
}
