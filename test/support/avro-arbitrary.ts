import fc from 'fast-check'
import type { Field, Fields, Schema } from '../../engine/batch/schema.ts'
import { makeSchema } from '../../engine/batch/schema.ts'

type AnyField = fc.Arbitrary<Field>

const colours = ['red', 'green', 'blue', 'grey']

const plain: AnyField = fc
  .constantFrom(
    ...(['boolean', 'int', 'long', 'bigint', 'float', 'double', 'string', 'bytes', 'timestamp'] as const),
  )
  .map(kind => ({ kind, nullable: false }))

const scalar: AnyField = fc.oneof(
  { weight: 4, arbitrary: plain },
  fc.subarray(colours, { minLength: 1 }).map((values): Field => ({ kind: 'enum', nullable: false, values })),
  fc.tuple(fc.integer({ min: 1, max: 30 }), fc.nat(30)).map(
    ([precision, scale]): Field => ({
      kind: 'decimal',
      nullable: false,
      precision,
      scale: Math.min(scale, precision),
    }),
  ),
  fc.integer({ min: 1, max: 5 }).map((size): Field => ({ kind: 'vector', nullable: false, size })),
)

function anyField(depth: number): AnyField {
  const nested = (): AnyField =>
    fc.oneof(
      anyField(depth - 1).map((item): Field => ({ kind: 'array', nullable: false, item })),
      // One at least: the items of an array have to take a byte.
      fc
        .array(anyField(depth - 1), { minLength: 1, maxLength: 4 })
        .map(fields => makeSchema('Nested', numbered(fields))),
    )
  const base = depth === 0 ? scalar : fc.oneof({ weight: 3, arbitrary: scalar }, nested())
  return fc.tuple(base, fc.boolean()).map(([field, nullable]) => ({ ...field, nullable }))
}

function numbered(fields: readonly Field[]): Fields {
  return Object.fromEntries(fields.map((field, k) => [`f${k}`, field]))
}

export const anySchema: fc.Arbitrary<Schema> = fc
  .array(anyField(2), { maxLength: 6 })
  .map(fields => named(makeSchema('Row', numbered(fields)), 'Row') as Schema)

/** Names nested records and enums after where they are: Avro wants one for each. */
export function named(field: Field, name: string): Field {
  if (field.kind === 'array') return { ...field, item: named(field.item as Field, `${name}_item`) }
  if (field.kind === 'enum') return { ...field, name }
  if (field.kind !== 'record') return field
  const fields = Object.entries(field.fields ?? {}).map(([key, inner]) => [
    key,
    named(inner, `${name}_${key}`),
  ])
  return { ...field, ...makeSchema(name, Object.fromEntries(fields)), nullable: field.nullable }
}

const edges = [0, -0, 63, 64, -64, -65, 8191, 8192, 2 ** 20, 2 ** 27, 2 ** 28, 2 ** 34, 2 ** 48, 2 ** 53 - 1]
const int32: fc.Arbitrary<number> = fc.oneof(
  fc.integer(),
  fc.integer({ min: -200, max: 200 }),
  fc.constantFrom(2 ** 31 - 1, -(2 ** 31)),
)
const long: fc.Arbitrary<number> = fc
  .oneof(
    int32,
    fc.maxSafeInteger(),
    fc.constantFrom(...edges),
    fc.constantFrom(...edges).map(value => -value),
  )
  .map(value => value + 0)
const int64: fc.Arbitrary<bigint> = fc.oneof(
  long.map(BigInt),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n)),
)

/** A value of a field, as `readValue` gives it. */
export function anyValue(field: Field): fc.Arbitrary<unknown> {
  const value = presentValue(field)
  return field.nullable ? fc.oneof({ weight: 3, arbitrary: value }, fc.constant(null)) : value
}

function presentValue(field: Field): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'boolean':
      return fc.boolean()
    case 'int':
      return int32
    case 'bigint':
      return int64
    case 'float':
      return fc.float()
    case 'double':
      return fc.double()
    case 'string':
      return fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 60, maxLength: 80 }))
    case 'bytes':
      return fc.uint8Array()
    case 'decimal':
      return decimalText(field.precision ?? 0, field.scale ?? 0)
    case 'enum':
      return fc.constantFrom(...(field.values ?? []))
    case 'vector':
      return fc.float32Array({ minLength: field.size ?? 0, maxLength: field.size ?? 0 })
    case 'array':
      return fc.array(anyValue(field.item as Field), { maxLength: 5 })
    case 'record':
      return fc.record(
        Object.fromEntries(
          Object.entries(field.fields ?? {}).map(([name, inner]) => [name, anyValue(inner)]),
        ),
        { noNullPrototype: true },
      )
    default:
      return long
  }
}

function decimalText(precision: number, scale: number): fc.Arbitrary<string> {
  const largest = 10n ** BigInt(precision) - 1n
  return fc
    .oneof(fc.bigInt({ min: -largest, max: largest }), fc.constantFrom(largest, -largest, 0n))
    .map(unscaled => {
      const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
      const point = digits.length - scale
      return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale === 0 ? '' : '.'}${digits.slice(point)}`
    })
}

export function rowsOf(schema: Schema): fc.Arbitrary<Record<string, unknown>[]> {
  return fc.array(anyValue(schema) as fc.Arbitrary<Record<string, unknown>>, { minLength: 1, maxLength: 12 })
}

/**
 * The kinds that Avro lets a reader take for what a writer wrote as another. Not long as float or double:
 * avsc gets those wrong from 2^52 on.
 */
const wider: Partial<Record<Field['kind'], readonly Field['kind'][]>> = {
  int: ['long', 'bigint', 'float', 'double', 'timestamp'],
  long: ['bigint'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
}

/** A reader's schema that Avro can resolve a writer's to: fields moved, left out, added and widened. */
export function evolved(schema: Schema): fc.Arbitrary<Schema> {
  return evolvedField(schema).map(field => field as Schema)
}

function evolvedField(field: Field): AnyField {
  switch (field.kind) {
    case 'array':
      return evolvedField(field.item as Field).map(item => ({ ...field, item }))
    case 'enum':
      return fc.shuffledSubarray([...colours, 'new'], { minLength: 5 }).map(values => ({ ...field, values }))
    case 'record':
      return evolvedRecord(field)
    default: {
      const kinds = [field.kind, ...(wider[field.kind] ?? [])]
      return fc
        .tuple(fc.constantFrom(...kinds), fc.boolean())
        .map(([kind, nullable]) => ({ ...field, kind, nullable: field.nullable || nullable }))
    }
  }
}

function evolvedRecord(record: Field): AnyField {
  const entries = Object.entries(record.fields ?? {})
  const kept = fc.tuple(
    ...entries.map(([name, field]) => evolvedField(field).map(reader => ({ name, reader }))),
  )
  const path = record.name ?? ''
  const added = fc
    .array(anyField(1).chain(withDefault), { maxLength: 2 })
    .map(fields => fields.map((field, k) => ({ name: `new${k}`, reader: named(field, `${path}_new${k}`) })))
  return fc
    .tuple(kept, added)
    .chain(([old, extra]) => fc.shuffledSubarray([...old, ...extra]))
    .map(all => makeSchema(path, Object.fromEntries(all.map(({ name, reader }) => [name, reader]))))
    .map(made => ({ ...made, nullable: record.nullable }))
}

/** A default that JSON can hold, as Avro's schemas are JSON; within it no alternatives, which it cannot tell apart. */
function withDefault(field: Field): AnyField {
  const plainField = withoutNulls(field)
  return presentValue(plainField)
    .filter(isExactInJson)
    .map(value => ({ ...plainField, nullable: field.nullable, default: value }))
}

function withoutNulls(field: Field): Field {
  if (field.kind === 'array') return { ...field, nullable: false, item: withoutNulls(field.item as Field) }
  if (field.kind !== 'record') return { ...field, nullable: false }
  const fields = Object.entries(field.fields ?? {}).map(([name, inner]) => [name, withoutNulls(inner)])
  return makeSchema(field.name ?? '', Object.fromEntries(fields))
}

function isExactInJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value))
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return true
  return Object.values(value).every(isExactInJson)
}
