import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Data, RecordBatch } from 'apache-arrow'
import {
  Dictionary,
  Float64,
  Int32,
  makeData,
  Table,
  TimestampMicrosecond,
  TimestampNanosecond,
  TimestampSecond,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { BatchArena } from '../../engine/batch/arena.ts'
import { columnFromArrow, fromArrow } from '../../engine/batch/arrow/from-arrow.ts'
import { toArrow } from '../../engine/batch/arrow/to-arrow.ts'
import type { NumberColumn } from '../../engine/batch/columns.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import {
  bigint,
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
import { readRows, readValue } from '../../engine/batch/values.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import { batchOf, batchOfColumns } from '../support/batch-of.ts'

const arena = new BatchArena()
beforeEach(() => arena.reset())

function rowsFrom(arrow: RecordBatch, schema: Schema): unknown[] {
  return readRows(batchOfColumns(schema, fromArrow(arrow, schema, arena), arrow.numRows, arena))
}

test('names of an enum are found in a dictionary of another order', () => {
  const field = nullable(oneOf('K', ['x', 'y', 'z']))
  const [data] = vectorFromArray(['z', null, 'x', 'z'], new Dictionary(new Utf8(), new Int32())).data
  const column = columnFromArrow(field, data, new BatchArena(), 'k')
  assert.deepEqual(
    [0, 1, 2, 3].map(row => readValue(field, column, row)),
    ['z', null, 'x', 'z'],
  )
})

test('times of any unit become milliseconds, rounded down', () => {
  const cases = [
    [new TimestampSecond(), [5n, -5n], [5000, -5000]],
    [new TimestampMicrosecond(), [1999n, -1n], [1, -1]],
    [new TimestampNanosecond(), [1_700_000_000_123_999_999n, -1n], [1_700_000_000_123, -1]],
  ] as const
  for (const [type, given, expected] of cases) {
    const data = makeData({ type, length: 2, nullCount: 0, data: BigInt64Array.from(given) } as never) as Data
    const column = columnFromArrow(timestamp(), data, new BatchArena(), 'ts') as NumberColumn
    assert.deepEqual([...column.values], expected)
  }
})

test('what does not fit is refused, with the way to it', () => {
  const text = record('Row', { a: string() })
  const arrow = toArrow(batchOf(text, [{ a: 'x' }], arena))
  const nested = toArrow(batchOf(makeSchema('Row', { in: text }), [{ in: { a: 'x' } }], arena))
  const nulls = toArrow(batchOf(record('Row', { a: nullable(int()) }), [{ a: null }], arena))
  const large = toArrow(batchOf(record('Row', { a: bigint() }), [{ a: 2n ** 60n }], arena))
  const cases: [RecordBatch, Schema, string][] = [
    [
      arrow,
      makeSchema('Row', { b: int() }),
      'HR_ARROW_MISMATCH: b is not in the Arrow batch, and may not be null',
    ],
    [arrow, makeSchema('Row', { a: int() }), 'HR_ARROW_MISMATCH: a is Utf8 in Arrow, which is no int'],
    [
      nested,
      makeSchema('Row', { in: record('Inner', { a: double() }) }),
      'HR_ARROW_MISMATCH: in.a is Utf8 in Arrow, which is no double',
    ],
    [
      nulls,
      makeSchema('Row', { a: int() }),
      'HR_ARROW_MISMATCH: a has nulls, which the schema does not allow',
    ],
    [
      large,
      makeSchema('Row', { a: long() }),
      'HR_NUMBER_UNSAFE: a holds 1152921504606846976, which is beyond 2^53',
    ],
  ]
  for (const [from, schema, message] of cases) {
    assert.throws(
      () => fromArrow(from, schema, arena),
      error => isHeadraceError(error) && error.message === message,
      message,
    )
  }
})

test('a column that is not there reads as nulls where it may', () => {
  const arrow = toArrow(batchOf(record('Row', { a: int() }), [{ a: 1 }, { a: 2 }], arena))
  const wider = makeSchema('Row', { a: int(), b: nullable(string()), v: nullable(vector(2)) })
  assert.deepEqual(rowsFrom(arrow, wider), [
    { a: 1, b: null, v: null },
    { a: 2, b: null, v: null },
  ])
})

test('what the library builds itself is read', () => {
  const table = new Table({
    value: vectorFromArray([1.5, null, 2.5], new Float64()),
    name: vectorFromArray(['x', 'naïve', ''], new Utf8()),
  })
  const schema = record('Row', { value: nullable(double()), name: string() })
  const rows = [
    { value: 1.5, name: 'x' },
    { value: null, name: 'naïve' },
    { value: 2.5, name: '' },
  ]
  assert.deepEqual(rowsFrom(table.batches[0], schema), rows)
})
