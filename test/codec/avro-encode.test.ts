import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Column } from '../../engine/batch/columns.ts'
import { BytesColumn, IntColumn, NumberColumn } from '../../engine/batch/columns.ts'
import type { Field } from '../../engine/batch/schema.ts'
import {
  decimal,
  double,
  int,
  long,
  nullable,
  oneOf,
  record,
  string,
  timestamp,
} from '../../engine/batch/schema.ts'
import { avroEncoder } from '../../engine/codec/avro/encode.ts'
import { ByteBuffer } from '../../engine/codec/codec.ts'

function encodeField(field: Field, column: Column, rows = 1, options = {}): string[] {
  const out = new ByteBuffer(1)
  const [start, end] = [new Int32Array(rows), new Int32Array(rows)]
  avroEncoder(record('R', { v: field }), options).encode([column], rows, out, start, end)
  return Array.from({ length: rows }, (_, row) =>
    Buffer.from(out.bytes.subarray(start[row], end[row])).toString('hex'),
  )
}

function textColumn(...texts: string[]): BytesColumn {
  const parts = texts.map(text => Buffer.from(text))
  const ends = parts.map((_, k) => parts.slice(0, k + 1).reduce((sum, part) => sum + part.length, 0))
  const starts = ends.map((end, k) => end - parts[k].length)
  return new BytesColumn(Buffer.concat(parts), Int32Array.from(starts), Int32Array.from(ends))
}

test('a framed record as the common workload has it', () => {
  const Event = record('Event', {
    ts: timestamp(),
    user: long(),
    item: int(),
    value: double(),
    kind: string(),
  })
  const columns = [
    new NumberColumn(Float64Array.of(1_700_000_000_000)),
    new NumberColumn(Float64Array.of(1000)),
    new IntColumn(Int32Array.of(7)),
    new NumberColumn(Float64Array.of(12.5)),
    textColumn('view'),
  ]
  const out = new ByteBuffer()
  const [start, end] = [new Int32Array(1), new Int32Array(1)]
  avroEncoder(Event, { framing: 'confluent', schemaId: 1 }).encode(columns, 1, out, start, end)
  const expected = '0000000001 80a0abfef962 d00f 0e 0000000000002940 08 76696577'.replaceAll(' ', '')
  assert.equal(Buffer.from(out.bytes.subarray(start[0], end[0])).toString('hex'), expected)
})

test('rows are appended behind what is there', () => {
  const out = new ByteBuffer(4)
  out.append(Uint8Array.of(1, 2, 3))
  const [start, end] = [new Int32Array(2), new Int32Array(2)]
  avroEncoder(record('R', { v: string() })).encode([textColumn('ab', 'x'.repeat(200))], 2, out, start, end)
  assert.deepEqual([...start, ...end], [3, 6, 6, 208])
  assert.deepEqual([...out.bytes.subarray(0, 8)], [1, 2, 3, 4, 0x61, 0x62, 0x90, 0x03])
  assert.equal(out.length, 208)
})

test('null comes first, unless the default is of the other type', () => {
  const column = new IntColumn(Int32Array.of(5, 5), Uint8Array.of(1, 0))
  assert.deepEqual(encodeField(nullable(int()), column, 2), ['00', '020a'])
  assert.deepEqual(encodeField(nullable(int(), { default: 1 }), column, 2), ['02', '000a'])
})

test('a number that is not whole or beyond 2^53 is refused in a column of whole numbers', () => {
  for (const value of [0.5, Number.NaN, Infinity, 2 ** 53, -(2 ** 53)]) {
    const column = new NumberColumn(Float64Array.of(1, value))
    assert.throws(
      () => encodeField(long(), column, 2),
      /HR_NUMBER_UNSAFE: R\.v: .* in row 1 is no whole number/,
    )
  }
})

test('decimals are written as short as can be, and refused where they do not fit', () => {
  const texts = ['2.55', '-0.05', '1.2', '+3', '0', '999.990']
  assert.deepEqual(encodeField(decimal(5, 2), textColumn(...texts), texts.length), [
    '0400ff',
    '02fb',
    '0278',
    '04012c',
    '0200',
    '0601869f',
  ])
  for (const text of ['1.234', '1000', 'x', '', '1e2']) {
    assert.throws(
      () => encodeField(decimal(5, 2), textColumn(text)),
      /HR_VALUE_UNENCODABLE: R\.v: .* does not fit/,
    )
  }
})

test('a code that the enum does not have is refused', () => {
  const field = oneOf('E', ['a', 'b'])
  assert.deepEqual(encodeField(field, new IntColumn(Int32Array.of(1))), ['02'])
  for (const code of [2, -1]) {
    assert.throws(() => encodeField(field, new IntColumn(Int32Array.of(code))), /HR_VALUE_UNENCODABLE: R\.v/)
  }
})

test('a frame needs the id of a schema', () => {
  assert.throws(() => avroEncoder(record('R', {}), { framing: 'confluent' }), /HR_CONFIG_INVALID: schemaId/)
})
