import fc from 'fast-check'
import type { Field, Schema } from '../../engine/batch/schema.ts'

/** Rows that a schema allows, with the values that are easy to get wrong. */
export function anyRows(schema: Schema, maxLength = 8): fc.Arbitrary<unknown[]> {
  return fc.array(anyValue(schema), { maxLength })
}

function anyValue(field: Field): fc.Arbitrary<unknown> {
  return field.nullable ? fc.option(present(field), { nil: null, freq: 3 }) : present(field)
}

function present(field: Field): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'boolean':
      return fc.boolean()
    case 'int':
      return fc.oneof(fc.integer(), fc.constantFrom(0, -1, 9, 10, 2147483647, -2147483648))
    case 'long':
    case 'timestamp':
      return fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(2 ** 53 - 1, 1 - 2 ** 53, 1e8, 1e15))
    case 'bigint':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    case 'float':
      return fc.float({ noNaN: true, noDefaultInfinity: true })
    case 'double':
      return anyDouble
    case 'string':
      return fc.oneof(
        fc.string(),
        fc.string({ unit: 'binary' }),
        fc.constantFrom('"\\\b\f\n\r\t\u0000\u001f\u007f', 'é\u2028😀'),
      )
    case 'bytes':
      return fc.uint8Array().map(bytes => Uint8Array.from(bytes))
    case 'enum':
      return fc.constantFrom(...field.values!)
    case 'decimal':
      return fc
        .tuple(fc.integer({ min: -99999, max: 99999 }), fc.constantFrom('', '.5', '.125'))
        .map(parts => parts.join(''))
    case 'vector':
      return fc
        .array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
          minLength: field.size!,
          maxLength: field.size!,
        })
        .map(values => Float32Array.from(values))
    case 'array':
      return fc.array(anyValue(field.item!), { maxLength: 4 })
    case 'record':
      return fc.record(
        Object.fromEntries(Object.entries(field.fields!).map(([name, inner]) => [name, anyValue(inner)])),
        {
          noNullPrototype: true,
        },
      )
  }
}

const anyDouble = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -1e9, max: 1e9 }).map(cents => cents / 100),
  fc.tuple(fc.maxSafeInteger(), fc.nat(10)).map(([digits, places]) => digits / 10 ** places),
  fc.constantFrom(
    0,
    -0,
    5e-324,
    1e21,
    1e-7,
    0.000001,
    0.1,
    -0.5,
    123456789012345.6,
    2 ** 53,
    1e15,
    0.30000000000000004,
  ),
)
