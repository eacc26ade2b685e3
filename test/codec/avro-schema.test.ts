import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Schema } from '../../engine/batch/schema.ts'
import {
  array,
  bigint,
  bytes,
  decimal,
  double,
  int,
  long,
  nullable,
  oneOf,
  record,
  string,
  timestamp,
  vector,
} from '../../engine/batch/schema.ts'
import { avroDecoder } from '../../engine/codec/avro/decode.ts'
import { schemaFromAvro } from '../../engine/codec/avro/import.ts'
import { avroSchema } from '../../engine/codec/avro/schema.ts'
import type { AvroSchema } from '../../engine/codec/avro/type.ts'

test('the Avro schema of a record schema', () => {
  const Place = record('Place', { lat: double(), tags: array(nullable(string())) })
  const schema = record('Click', {
    at: timestamp({ description: 'when' }),
    id: bigint(),
    price: decimal(9, 2, { default: '1.28' }),
    kind: oneOf('Kind', ['view', 'buy'], { default: 'view' }),
    from: Place,
    to: nullable(Place),
    point: vector(3),
    raw: nullable(bytes(), { default: Uint8Array.of(255) }),
  })
  assert.deepEqual(avroSchema(schema), {
    type: 'record',
    name: 'Click',
    fields: [
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, doc: 'when' },
      { name: 'id', type: 'long' },
      {
        name: 'price',
        type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 },
        default: '\u0000\u0080',
      },
      {
        name: 'kind',
        type: { type: 'enum', name: 'Kind', symbols: ['view', 'buy'], default: 'view' },
        default: 'view',
      },
      {
        name: 'from',
        type: {
          type: 'record',
          name: 'Place',
          fields: [
            { name: 'lat', type: 'double' },
            { name: 'tags', type: { type: 'array', items: ['null', 'string'] } },
          ],
        },
      },
      { name: 'to', type: ['null', 'Place'], default: null },
      { name: 'point', type: { type: 'array', items: 'float' } },
      { name: 'raw', type: ['bytes', 'null'], default: '\u00ff' },
    ],
  })
})

test('a schema imported from Avro: namespaces, references, logical types, defaults', () => {
  const json: AvroSchema = {
    type: 'record',
    name: 'Click',
    namespace: 'com.shop',
    fields: [
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-micros' } },
      {
        name: 'price',
        type: { type: 'fixed', name: 'Money', size: 4, logicalType: 'decimal', precision: 9, scale: 2 },
      },
      { name: 'old', type: ['null', 'com.shop.Money'], default: null },
      { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['view', 'buy'] }, default: 'buy' },
      { name: 'last', type: 'Kind' },
      { name: 'n', type: ['int', 'null'], default: 3 },
      { name: 'raw', type: 'bytes', default: '\u00ff', doc: 'as it came' },
    ],
  }
  const kind = { kind: 'enum', nullable: false, name: 'com.shop.Kind', values: ['view', 'buy'] }
  const money = { kind: 'decimal', nullable: false, precision: 9, scale: 2 }
  const schema = schemaFromAvro(json)
  assert.equal(schema.name, 'com.shop.Click')
  assert.deepEqual(schema.fields, {
    at: { kind: 'timestamp', nullable: false },
    price: money,
    old: { ...money, nullable: true, default: null },
    kind: { ...kind, default: 'buy' },
    last: kind,
    n: { kind: 'int', nullable: true, default: 3 },
    raw: { kind: 'bytes', nullable: false, default: Uint8Array.of(255), description: 'as it came' },
  })
})

const wrap = (type: AvroSchema): AvroSchema => ({ type: 'record', name: 'R', fields: [{ name: 'v', type }] })

describe('what has no column', () => {
  const cases: readonly [AvroSchema, RegExp][] = [
    [wrap(['int', 'string']), /HR_SCHEMA_UNSUPPORTED: R\.v: a union of several types/],
    [wrap({ type: 'map', values: 'int' }), /HR_SCHEMA_UNSUPPORTED: R\.v: a map has no column/],
    [wrap(['null', 'R']), /HR_SCHEMA_UNSUPPORTED: `R` contains itself/],
    [wrap('null'), /HR_SCHEMA_UNSUPPORTED: R\.v: null alone/],
    ['string', /HR_SCHEMA_UNSUPPORTED: the schema: string is no record/],
    [wrap('Nowhere'), /HR_SCHEMA_INVALID: .*there is no type `Nowhere`/],
    [{ type: 'record', name: 'R' }, /HR_SCHEMA_INVALID: .*`R` has no fields/],
    [
      Array.from({ length: 80 }).reduce<AvroSchema>(items => ({ type: 'array', items }), 'int'),
      /HR_SCHEMA_UNSUPPORTED: .*deeper than 64/,
    ],
  ]
  for (const [json, expected] of cases) {
    test(String(expected), () => {
      assert.throws(() => schemaFromAvro(json), expected)
    })
  }
})

describe('what cannot be resolved names its place', () => {
  const inner = record('Inner', { n: int() })
  const cases: readonly [Schema, AvroSchema, RegExp][] = [
    [
      record('R', { v: int() }),
      wrap('long'),
      /HR_SCHEMA_MISMATCH: R\.v: the writer's long cannot be read as int/,
    ],
    [record('R', { v: string() }), wrap('int'), /R\.v: the writer's int cannot be read as string/],
    [record('R', { v: int() }), wrap(['string', 'null']), /R\.v: the writer's string cannot be read as int/],
    [
      record('R', { w: int() }),
      wrap('int'),
      /R\.w: the writer's schema does not have it, and it has no default/,
    ],
    [
      record('R', { v: decimal(9, 2) }),
      wrap({ type: 'bytes', logicalType: 'decimal', precision: 9, scale: 3 }),
      /R\.v: .*bytes cannot be read as decimal/,
    ],
    [record('R', { v: timestamp() }), wrap({ type: 'int', logicalType: 'date' }), /R\.v: the writer's date/],
    [
      record('R', { v: array(inner) }),
      wrap({ type: 'array', items: { type: 'record', name: 'I', fields: [{ name: 'n', type: 'string' }] } }),
      /R\.v\[\]\.n: the writer's string/,
    ],
    [
      record('R', { v: long() }),
      { type: 'array', items: 'long' },
      /R: the writer's array cannot be read as record/,
    ],
    [record('R', { v: nullable(int()) }), wrap({ type: 'array', items: 'null' }), /HR_SCHEMA_MISMATCH: R\.v/],
  ]
  for (const [reader, writer, expected] of cases) {
    test(String(expected), () => {
      assert.throws(() => avroDecoder(reader, { writer }), expected)
    })
  }
})

test('items that take no bytes, and schemas that unfold without end, are refused', () => {
  const reader = record('R', { v: int({ default: 1 }) })
  const nothing: AvroSchema = {
    type: 'record',
    name: 'R',
    fields: [{ name: 'x', type: { type: 'array', items: 'null' } }],
  }
  assert.throws(() => avroDecoder(reader, { writer: nothing }), /HR_SCHEMA_UNSUPPORTED: R\.x: the items/)
  const doubling = Array.from({ length: 30 }, (_, k) => k).reduce<AvroSchema>(
    (inner, k) => ({
      type: 'record',
      name: `D${k}`,
      fields: [
        { name: 'a', type: inner },
        { name: 'b', type: k === 0 ? 'int' : `D${k - 1}` },
      ],
    }),
    'int',
  )
  assert.throws(
    () => avroDecoder(reader, { writer: doubling }),
    /HR_SCHEMA_UNSUPPORTED: .*more than 10000 parts/,
  )
})

test('names and defaults that Avro does not allow are refused', () => {
  assert.throws(
    () => avroSchema(record('R', { 'a-b': int() })),
    /HR_SCHEMA_UNSUPPORTED: R\.a-b: `a-b` is no name/,
  )
  assert.throws(() => avroSchema(record('R', { v: oneOf('E', ['a b']) })), /R\.v: `a b` is no name/)
  assert.throws(() => avroSchema(record('R', { v: double({ default: Number.NaN }) })), /R\.v: .*default NaN/)
  const two = record('R', { a: oneOf('E', ['x']), b: oneOf('E', ['y']) })
  assert.throws(() => avroSchema(two), /R\.b: two different types are named `E`/)
})
