import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BatchArena } from '../../engine/batch/arena.ts'
import type { BytesColumn } from '../../engine/batch/columns.ts'
import type { Fields } from '../../engine/batch/schema.ts'
import {
  array,
  bigint,
  bytes,
  decimal,
  double,
  int,
  long,
  makeSchema,
  nullable,
  oneOf,
  record,
  string,
  timestamp,
  vector,
} from '../../engine/batch/schema.ts'
import { jsonDecoder } from '../../engine/codec/json/decode.ts'
import { scannerSource } from '../../engine/codec/json/scanner-source.ts'
import { limits } from '../../engine/limits.ts'
import { decodedRows, encodedRows } from '../support/encoded-rows.ts'

const none = { add: () => assert.fail('no record is bad') }

function decode(fields: Fields, ...texts: (string | null)[]): unknown[] {
  const schema = makeSchema('Row', fields)
  return decodedRows(schema, jsonDecoder(schema), encodedRows(texts))
}

function problemOf(fields: Fields, text: string): unknown {
  const [row] = decode(fields, text)
  return row
}

test('a tombstone is neither decoded nor bad', () => {
  assert.deepEqual(decode({ a: int() }, '{"a":1}', null, '{"a":2}'), [{ a: 1 }, null, { a: 2 }])
})

test('no records, and records without fields, decode', () => {
  assert.deepEqual(decode({ a: int() }), [])
  assert.deepEqual(decode({}, '{}', '{"x":1}'), [{}, {}])
})

test('strings without escapes stay in the input', () => {
  const schema = record('Row', { a: string() })
  const input = { ...encodedRows(['{"a":"x"}', '{"a":"naïve"}']) }
  const column = jsonDecoder(schema).decode(input, [true], new BatchArena(), none)[0] as BytesColumn
  assert.equal(column.bytes.buffer, input.bytes.buffer)
  assert.equal(column.bytes.byteOffset, input.bytes.byteOffset)
})

test('one escape moves the column of its batch and no other', () => {
  const schema = record('Row', { a: string(), b: string() })
  const input = encodedRows(['{"a":"x","b":"y"}', '{"a":"\\n","b":"z"}'])
  const columns = jsonDecoder(schema).decode(input, [true, true], new BatchArena(), none) as BytesColumn[]
  assert.notEqual(columns[0].bytes.buffer, input.bytes.buffer)
  assert.equal(columns[1].bytes.buffer, input.bytes.buffer)
  assert.deepEqual(decodedRows(schema, jsonDecoder(schema), input), [
    { a: 'x', b: 'y' },
    { a: '\n', b: 'z' },
  ])
})

test('what a bad row leaves in a column of moved strings does no harm', () => {
  const schema = record('Row', { a: string() })
  const arena = new BatchArena(false)
  arena.i32(1000).forEach((_, k, memory) => void (memory[k] = k * 1000))
  arena.reset()
  const input = encodedRows(['{"a":1}', '{"a":"\\n"}', '[]', '{"a":"x"}'])
  const [column] = jsonDecoder(schema).decode(input, [true], arena, { add: () => {} }) as [BytesColumn]
  assert.deepEqual(
    [1, 3].map(row => Buffer.from(column.bytes.subarray(column.start[row], column.end[row])).toString()),
    ['\n', 'x'],
  )
  assert.equal(column.bytes.length, 2)
})

test('a missing field takes its default, or null where it may', () => {
  const fields = {
    a: nullable(int()),
    b: string({ default: 'none' }),
    c: bigint({ default: 2n ** 60n }),
    d: nullable(int(), { default: 7 }),
  }
  assert.deepEqual(decode(fields, '{}', '{"d":null}'), [
    { a: null, b: 'none', c: 2n ** 60n, d: 7 },
    { a: null, b: 'none', c: 2n ** 60n, d: null },
  ])
})

test('names of Object.prototype are missing where the record does not have them', () => {
  const fields = { constructor: nullable(string()), toString: nullable(string()) }
  assert.deepEqual(decode(fields, '{}'), [{ constructor: null, toString: null }])
})

test('the message of a bad record leads to the value', () => {
  const address = record('Address', { city: string(), lines: array(string()) })
  const cases: [Fields, string, string, string][] = [
    [
      { user: long() },
      '{}',
      'HR_RECORD_MISMATCH',
      'user: is missing, and has neither a default nor may be null',
    ],
    [{ user: long() }, '{"user":"x"}', 'HR_RECORD_MISMATCH', 'user: expected a long, found "x"'],
    [{ user: long() }, '{"user":null}', 'HR_RECORD_MISMATCH', 'user: expected a long, found null'],
    [{ item: int() }, '{"item":2147483648}', 'HR_RECORD_MISMATCH', 'item: expected an int, found 2147483648'],
    [
      { item: nullable(int()) },
      '{"item":1.5}',
      'HR_RECORD_MISMATCH',
      'item: expected an int or null, found 1.5',
    ],
    [
      { ts: timestamp() },
      '{"ts":"2026-01-01T00:00:00Z"}',
      'HR_RECORD_MISMATCH',
      'ts: expected a timestamp, found "2026-01-01T00:00:00Z"',
    ],
    [
      { user: long() },
      '{"user":9007199254740992}',
      'HR_NUMBER_UNSAFE',
      'user: 9007199254740992 is beyond 2^53, where not every integer is a number',
    ],
    [{ id: bigint() }, '{"id":1e19}', 'HR_RECORD_MISMATCH', 'id: 1e19 does not fit in 64 bits'],
    [{ k: oneOf('K', ['a', 'b']) }, '{"k":"c"}', 'HR_RECORD_MISMATCH', 'k: expected one of a, b, found "c"'],
    [
      { v: vector(2) },
      '{"v":[1]}',
      'HR_RECORD_MISMATCH',
      'v: expected an array of 2 numbers, found an array of 1',
    ],
    [{ v: vector(2) }, '{"v":[1,"x"]}', 'HR_RECORD_MISMATCH', 'v[1]: expected a float, found "x"'],
    [{ b: bytes() }, '{"b":"*"}', 'HR_RECORD_MISMATCH', 'b: expected bytes in base64, found "*"'],
    [
      { d: decimal(4, 2) },
      '{"d":"123.4"}',
      'HR_RECORD_MISMATCH',
      'd: expected a decimal of 4 digits, 2 of them after the point, found "123.4"',
    ],
    [
      { home: address },
      '{"home":{"city":"x","lines":["a",1]}}',
      'HR_RECORD_MISMATCH',
      'home.lines[1]: expected a string, found 1',
    ],
    [{ a: int() }, '[1]', 'HR_RECORD_MISMATCH', 'expected an object, found an array of 1'],
    [{ a: int() }, 'null', 'HR_RECORD_MISMATCH', 'expected an object, found null'],
  ]
  for (const [fields, text, code, message] of cases)
    assert.deepEqual(problemOf(fields, text), { code, message }, text)
})

test('what is not JSON is undecodable', () => {
  for (const text of [
    '',
    ' ',
    '{',
    '{"a":1',
    '{"a":1}}',
    '{"a":1}x',
    '{"a":01}',
    '{"a":NaN}',
    '\ufeff{"a":1}',
    '{a:1}',
  ]) {
    const problem = problemOf({ a: double() }, text) as { code: string; message: string }
    assert.equal(problem.code, 'HR_RECORD_UNDECODABLE', text)
    assert.match(problem.message, /^not JSON: /)
  }
})

test('text that is not UTF-8 is undecodable, in a value as in an unknown field', () => {
  const broken = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]
  const schema = record('Row', { a: string() })
  const around = (before: string, inside: number[], after: string) =>
    Buffer.concat([Buffer.from(before), Uint8Array.from(inside), Buffer.from(after)])
  const values = broken.flatMap(inside => [
    around('{"a":"', inside, '"}'),
    around('{"a":"\\n', inside, '"}'),
    around('{"a":"x","b":"', inside, '"}'),
  ])
  const rows = decodedRows(schema, jsonDecoder(schema), encodedRows(values)) as { code: string }[]
  assert.deepEqual(new Set(rows.map(({ code }) => code)), new Set(['HR_RECORD_UNDECODABLE']))
})

test('nesting is bounded, in unknown fields as in known ones', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  const unknown = (depth: number) => problemOf({ a: int() }, `{"a":1,"b":${nested(depth)}}`)
  assert.deepEqual(unknown(limits.jsonDepth - 1), { a: 1 })
  assert.deepEqual(unknown(limits.jsonDepth), {
    code: 'HR_RECORD_UNDECODABLE',
    message: `not JSON: nested deeper than ${limits.jsonDepth}`,
  })
  assert.deepEqual(unknown(1_000_000), unknown(limits.jsonDepth))
  const exact = problemOf({ a: bigint() }, `{"a":1,"b":${nested(limits.jsonDepth - 1)}}`)
  assert.deepEqual(exact, { a: 1n })
})

test('records set with spaces, as Python writes them, take the generated way too', () => {
  const texts = Array.from({ length: 20 }, (_, k) => `{"a": ${k}, "b": "x${k}"}`)
  const schema = record('Row', { a: int(), b: string() })
  const input = encodedRows([...texts, '{"a":1,"b":"y"}'])
  const decoder = jsonDecoder(schema)
  const expected = [...texts.map(text => JSON.parse(text)), { a: 1, b: 'y' }]
  // The second time the scanner for spaces goes first.
  assert.deepEqual(decodedRows(schema, decoder, input), expected)
  assert.deepEqual(decodedRows(schema, decoder, input), expected)
  const column = decoder.decode(input, [true, true], new BatchArena(), none)[1] as BytesColumn
  assert.equal(column.bytes.buffer, input.bytes.buffer)
})

test('the scanner is generated as readable source', () => {
  const source = scannerSource(record('Click', { ts: timestamp(), value: double() }), [true, false], '')
  assert.match(source, /^ {6}p = scanLong\(bytes, view, p, values0, row\)$/m)
  assert.match(source, /^ {6}p = skipNumber\(bytes, p\)$/m)
  assert.match(source, /sourceURL=headrace\/json-scanner\/Click$/)
})
