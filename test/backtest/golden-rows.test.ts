import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PlainRow } from '../../backtest/golden/row-text.ts'
import { rowText, valueFrom } from '../../backtest/golden/row-text.ts'
import { tellingKey } from '../../backtest/golden/telling-key.ts'
import {
  array,
  bigint,
  boolean,
  bytes,
  decimal,
  double,
  float,
  int,
  long,
  nullable,
  oneOf,
  record,
  string,
  timestamp,
  vector,
} from '../../engine/index.ts'
import { anyRows } from '../support/any-row.ts'
import { assertProperty } from '../support/property.ts'

const All = record('All', {
  on: boolean(),
  small: int(),
  large: long(),
  huge: bigint(),
  single: float(),
  real: nullable(double()),
  text: string(),
  raw: nullable(bytes()),
  at: timestamp(),
  price: decimal(9, 3),
  color: oneOf('Color', ['red', 'green']),
  place: vector(3),
  list: array(nullable(timestamp())),
  inner: nullable(record('Inner', { x: float(), names: array(string()) })),
})

test('a line gives the row back, to the last bit', async () => {
  const property = fc.property(anyRows(All), rows => {
    for (const row of rows as PlainRow[]) {
      const parsed = JSON.parse(rowText(All, row)) as PlainRow
      for (const name of All.names) {
        const value = valueFrom(All.fields[name], parsed[name])
        assert.deepEqual(unsigned(value), unsigned(row[name]), name)
      }
    }
  })
  await assertProperty(property, 100)
})

/** Zeros have no sign in a golden file: `diff` takes either for equal. */
function unsigned(value: unknown): unknown {
  if (typeof value === 'number') return value + 0
  if (value instanceof Float32Array) return value.map(one => one + 0)
  if (Array.isArray(value)) return value.map(unsigned)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unsigned(inner)]))
}

test('values are as people write them', () => {
  const Some = record('Some', { at: timestamp(), score: float(), ratio: double(), id: bigint() })
  const row = { at: 1_767_225_600_000, score: Math.fround(0.1), ratio: Number.NaN, id: 2n ** 60n }
  const line = '{"at":"2026-01-01T00:00:00.000Z","score":0.1,"ratio":"NaN","id":"1152921504606846976"}'
  assert.equal(rowText(Some, row), line)
})

test('what is no value of a field is told from one', () => {
  const wrong: [Parameters<typeof valueFrom>[0], unknown][] = [
    [timestamp(), 'yesterday'],
    [long(), 1.5],
    [int(), null],
    [double(), 'many'],
    [boolean(), 1],
    [bigint(), 'x'],
    [oneOf('Color', ['red']), 'blue'],
    [vector(2), [1]],
    [array(long()), [1, 'x']],
    [string(), 7],
  ]
  for (const [field, text] of wrong) assert.equal(valueFrom(field, text), undefined, JSON.stringify(text))
})

test('a key is as many columns as it takes to tell rows apart, no numbers that were measured', () => {
  const Row = record('Row', { windowStart: timestamp(), spent: double(), user: long(), shop: string() })
  const rows = [
    { windowStart: 0, spent: 1, user: 1, shop: 'a' },
    { windowStart: 0, spent: 2, user: 2, shop: 'a' },
  ]
  assert.deepEqual(tellingKey(Row, rows.slice(0, 1), ['windowStart']), ['windowStart'])
  assert.deepEqual(tellingKey(Row, rows, ['windowStart']), ['windowStart', 'user'])
  const alike = [...rows, { windowStart: 0, spent: 3, user: 2, shop: 'b' }]
  assert.deepEqual(tellingKey(Row, alike, ['windowStart']), ['windowStart', 'user', 'shop'])
})
