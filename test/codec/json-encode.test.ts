import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import { array, double, makeSchema, record, string, vector } from '../../engine/batch/schema.ts'
import { ByteBuffer } from '../../engine/codec/codec.ts'
import { jsonDecoder } from '../../engine/codec/json/decode.ts'
import { jsonEncoder } from '../../engine/codec/json/encode.ts'
import { writerSource } from '../../engine/codec/json/writer-source.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import { anyRows } from '../support/any-row.ts'
import { columnsOf } from '../support/columns-of.ts'
import { decodedRows } from '../support/encoded-rows.ts'
import { anySchema } from '../support/json-arbitrary.ts'
import { assertProperty } from '../support/property.ts'

interface Encoded {
  readonly bytes: Uint8Array
  readonly start: Int32Array
  readonly end: Int32Array
  readonly rows: number
}

function encode(schema: Schema, rows: readonly unknown[], out = new ByteBuffer(16)): Encoded {
  const start = new Int32Array(rows.length)
  const end = new Int32Array(rows.length)
  jsonEncoder(schema).encode(columnsOf(schema, rows), rows.length, out, start, end)
  return { bytes: out.bytes.slice(0, out.length), start, end, rows: rows.length }
}

function textsOf({ bytes, start, end, rows }: Encoded): string[] {
  return Array.from({ length: rows }, (_, row) => Buffer.from(bytes).toString('utf8', start[row], end[row]))
}

/** The row as JSON.stringify wants it, and the digits of bigints marked, since it has no way to write them. */
function plain(field: Field, value: unknown): unknown {
  if (value === null) return null
  if (typeof value === 'bigint') return `bigint:${value}`
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Float32Array) return Array.from(value)
  if (field.item) return (value as unknown[]).map(item => plain(field.item!, item))
  if (!field.fields) return value
  const row = value as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(field.fields).map(([name, inner]) => [name, plain(inner, row[name])]),
  )
}

/** JSON.stringify writes -0 as 0. */
function positiveZero(value: unknown): unknown {
  if (typeof value === 'number') return value + 0
  if (value instanceof Float32Array) return value.map(number => number + 0)
  if (Array.isArray(value)) return value.map(positiveZero)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, positiveZero(inner)]))
}

const batch = anySchema.chain(schema => fc.record({ schema: fc.constant(schema), rows: anyRows(schema) }))

test('rows are written as JSON.stringify writes them', () =>
  assertProperty(
    fc.property(batch, ({ schema, rows }) => {
      const expected = rows.map(row => JSON.stringify(plain(schema, row)).replace(/"bigint:(-?\d+)"/g, '$1'))
      assert.deepEqual(textsOf(encode(schema, rows)), expected)
    }),
    400,
  ))

test('doubles are written as JSON.stringify writes them', () => {
  const schema = record('Row', { a: double() })
  const decimals = fc.tuple(fc.maxSafeInteger(), fc.nat(16)).map(([digits, places]) => digits / 10 ** places)
  const values = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), decimals)
  return assertProperty(
    fc.property(fc.array(values), doubles => {
      const rows = doubles.map(a => ({ a }))
      assert.deepEqual(
        textsOf(encode(schema, rows)),
        rows.map(row => JSON.stringify(row)),
      )
    }),
    1000,
  )
})

test('what is written decodes to the same rows', () =>
  assertProperty(
    fc.property(batch, ({ schema, rows }) => {
      const decoded = decodedRows(schema, jsonDecoder(schema), encode(schema, rows))
      assert.deepEqual(decoded, rows.map(positiveZero))
    }),
  ))

test('rows are appended behind what is there', () => {
  const out = new ByteBuffer(4)
  out.append(Buffer.from('before'))
  const schema = record('Row', { a: string() })
  const long = 'x'.repeat(1000)
  const { bytes, start, end } = encode(schema, [{ a: 'y' }, { a: long }], out)
  assert.equal(Buffer.from(bytes).toString(), `before{"a":"y"}{"a":"${long}"}`)
  assert.deepEqual([...start, ...end], [6, 15, 15, bytes.length])
})

test('text that is not UTF-8 is written as a reader of the column sees it', () => {
  const schema = makeSchema('Row', { a: string() })
  const columns = columnsOf(schema, [{ a: 'x??y' }])
  const column = columns[0] as { bytes: Uint8Array }
  column.bytes.set([0xff, 0xc3], 1)
  const out = new ByteBuffer()
  jsonEncoder(schema).encode(columns, 1, out, new Int32Array(1), new Int32Array(1))
  assert.equal(Buffer.from(out.bytes.subarray(0, out.length)).toString(), '{"a":"x\ufffd\ufffdy"}')
})

test('a number that JSON does not have fails, names the field and leaves nothing behind', () => {
  const inner = record('Inner', { deep: array(double()) })
  const cases: [Schema, unknown, string][] = [
    [makeSchema('Row', { a: double() }), { a: Number.NaN }, 'HR_NUMBER_NOT_JSON: a is NaN'],
    [makeSchema('Row', { a: double() }), { a: -Infinity }, 'HR_NUMBER_NOT_JSON: a is -Infinity'],
    [
      makeSchema('Row', { v: vector(2) }),
      { v: Float32Array.of(1, Number.NaN) },
      'HR_NUMBER_NOT_JSON: v[1] is NaN',
    ],
    [
      makeSchema('Row', { in: inner }),
      { in: { deep: [1, 2, Infinity] } },
      'HR_NUMBER_NOT_JSON: in.deep[2] is Infinity',
    ],
  ]
  for (const [schema, row, message] of cases) {
    const good = { a: 1, v: Float32Array.of(1, 2), in: { deep: [] } }
    const out = new ByteBuffer()
    out.append(Buffer.from('x'))
    assert.throws(
      () => encode(schema, [good, row], out),
      error => isHeadraceError(error, 'HR_NUMBER_NOT_JSON') && error.message === message,
    )
    assert.equal(out.length, 1)
  }
})

test('the writer is generated as readable source', () => {
  const source = writerSource(record('Click', { value: double(), v: vector(2) }))
  assert.match(source, /else p = writeNumber\(bytes, p, values0, row\)$/m)
  assert.match(source, /sourceURL=headrace\/json-writer\/Click$/)
})
