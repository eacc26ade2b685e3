import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Field, Row } from '../../engine/index.ts'
import {
  array,
  bytes,
  double,
  int,
  long,
  nullable,
  oneOf,
  record,
  string,
  timestamp,
} from '../../engine/index.ts'
import type { Aggregate } from '../../operators/index.ts'
import * as operators from '../../operators/index.ts'
import { FoldedRows } from '../support/fold-rows.ts'
import { assertProperty } from '../support/property.ts'

const { aggregate, argMax, argMin, collect, count, first, histogram, last, max, mean, min } = operators
const { stddev, sum, topK, variance } = operators

const Reading = record('Reading', {
  at: timestamp(),
  n: int(),
  value: double(),
  maybe: nullable(double()),
  text: nullable(string()),
  kind: oneOf('Kind', ['a', 'b', 'c']),
  raw: bytes(),
})
type Reading = Row<typeof Reading>

const anyReading: fc.Arbitrary<Reading> = fc.record(
  {
    at: fc.nat(20),
    n: fc.integer({ min: -5, max: 5 }),
    value: fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.double({ noNaN: true, min: -1e6, max: 1e6 })),
    maybe: fc.option(fc.integer({ min: -9, max: 9 }), { nil: null }),
    text: fc.option(fc.constantFrom('', 'x', 'y', 'é😀'), { nil: null }),
    kind: fc.constantFrom('a', 'b', 'c'),
    raw: fc.uint8Array({ maxLength: 3 }).map(value => Uint8Array.from(value)),
  },
  { noNullPrototype: true },
)
/** Parts of one list of rows; at least one row in all, as an empty group emits nothing. */
const anyParts = fc
  .array(fc.array(anyReading, { maxLength: 12 }), { minLength: 1, maxLength: 4 })
  .filter(parts => parts.flat().length > 0)

/** One way to compute it, and whether it is exact or depends on rounding. */
async function check<R>(
  one: Aggregate<Reading, R>,
  naive: (rows: readonly Reading[]) => R,
  near = false,
): Promise<void> {
  const folded = new FoldedRows(Reading, one)
  const property = fc.property(anyParts, parts => {
    const rows = parts.flat()
    const states = parts.map(part => folded.fold(part))
    const [head, ...tail] = states
    const variants = {
      'in one': folded.fold(rows),
      'from the left': states.reduce((merged, part) => folded.merge(merged, part)),
      'from the right': states.reduceRight((merged, part) => folded.merge(part, merged)),
      'stored between': states
        .map(state => folded.stored(state))
        .reduce((merged, part) => folded.stored(folded.merge(merged, part))),
      'with an empty one': folded.merge(folded.fold([]), head!, folded.fold([]), ...tail),
    }
    const expected = naive(rows)
    for (const [how, state] of Object.entries(variants)) {
      const actual = folded.result(state)
      if (near) closeTo(actual, expected, how)
      else assert.deepEqual(actual, expected, how)
    }
  })
  await assertProperty(property, 60)
}

function closeTo(actual: unknown, expected: unknown, how: string): void {
  if (typeof actual !== 'number' || typeof expected !== 'number') {
    assert.equal(actual, expected, how)
    return
  }
  assert.ok(
    Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${how}: ${actual}, not ${expected}`,
  )
}

const some = (rows: readonly Reading[]) => rows.map(row => row.maybe).filter(value => value !== null)
const orNull = (values: number[], of: (values: number[]) => number) =>
  values.length === 0 ? null : of(values)
const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const spread = (values: number[]) =>
  total(values.map(value => (value - total(values) / values.length) ** 2)) / values.length

test('count, of rows and of values', async () => {
  await check(count(), rows => rows.length)
  await check(count('maybe'), rows => some(rows).length)
  await check(count('kind'), rows => rows.length)
  await check(count('text'), rows => rows.filter(row => row.text !== null).length)
})

test('sum, and mean that is null where all were null', async () => {
  await check(sum('maybe'), rows => total(some(rows)))
  await check(mean('maybe'), rows => orNull(some(rows), values => total(values) / values.length), true)
  await check(
    mean(row => row.n * 2),
    rows => total(rows.map(row => row.n * 2)) / rows.length,
    true,
  )
})

test('min and max keep the type of their column', async () => {
  await check(min('maybe'), rows => orNull(some(rows), values => Math.min(...values)))
  await check(max('n'), rows => Math.max(...rows.map(row => row.n)))
  await check(
    max(row => row.maybe, nullable(double())),
    rows => orNull(some(rows), values => Math.max(...values)),
  )
})

test('variance and stddev', async () => {
  const all = (rows: readonly Reading[]) => rows.map(row => row.n)
  await check(variance('n'), rows => spread(all(rows)), true)
  await check(stddev('maybe'), rows => orNull(some(rows), values => Math.sqrt(spread(values))), true)
})

test('variance is stable where the values are large and near each other', () => {
  const folded = new FoldedRows(Reading, variance<Reading, 'value'>('value'))
  const row = { n: 0, maybe: null, text: null, kind: 'a', raw: new Uint8Array(0) } as const
  const rows = [4, 7, 13, 16].map((off, at) => ({ ...row, at, value: 1e9 + off }))
  assert.equal(folded.result(folded.fold(rows)), 22.5)
  assert.equal(folded.result(folded.merge(folded.fold(rows.slice(0, 1)), folded.fold(rows.slice(1)))), 22.5)
})

test('first and last go by event time, then by arrival', async () => {
  const ends = <V>(of: (row: Reading) => V) => {
    const byTime = (rows: readonly Reading[]) =>
      rows.filter(row => of(row) !== null).toSorted((a, b) => a.at - b.at)
    const at = (rows: Reading[], index: number) =>
      (rows.length === 0 ? null : of(rows.at(index) as Reading)) as V
    return {
      first: (rows: readonly Reading[]) => at(byTime(rows), 0),
      last: (rows: readonly Reading[]) => at(byTime(rows), -1),
    }
  }
  await check(first('value'), ends(row => row.value).first)
  await check(last('maybe'), ends(row => row.maybe).last)
  await check(first('text'), ends(row => row.text).first)
  await check(last('kind'), ends(row => row.kind).last)
  await check(last('raw'), ends(row => row.raw).last)
  await check(
    first(row => `${row.kind}!`, string()),
    ends(row => `${row.kind}!`).first,
  )
})

test('argMin and argMax give the value beside the extreme, the first of equals', async () => {
  const arg =
    <V>(of: (row: Reading) => V, by: (row: Reading) => number | null, sign: number) =>
    (rows: readonly Reading[]) => {
      const both = rows.filter(row => of(row) !== null && by(row) !== null)
      const [best] = both.toSorted(
        (a, b) => sign * ((a === b ? 0 : (by(a) as number) - (by(b) as number)) || 0),
      )
      return (best === undefined ? null : of(best)) as V
    }
  await check(
    argMin('value', 'n'),
    arg(
      row => row.value,
      row => row.n,
      1,
    ),
  )
  await check(
    argMax('n', 'maybe'),
    arg<number | null>(
      row => row.n,
      row => row.maybe,
      -1,
    ),
  )
  await check(
    argMax('text', 'value'),
    arg(
      row => row.text,
      row => row.value,
      -1,
    ),
  )
  await check(
    argMin('kind', row => row.n),
    arg(
      row => row.kind,
      row => row.n,
      1,
    ),
  )
})

test('collect keeps the first values in the order of event time', async () => {
  const inTime = (rows: readonly Reading[]) => rows.toSorted((a, b) => a.at - b.at)
  await check(collect('text', { limit: 4 }), rows =>
    inTime(rows)
      .map(row => row.text)
      .filter(text => text !== null)
      .slice(0, 4),
  )
  await check(
    collect(row => row.n, { limit: 100, field: int() }),
    rows => inTime(rows).map(row => row.n),
  )
})

test('histogram counts between boundaries', async () => {
  const at = [-3, 0, 0.5, 4]
  const naive = (rows: readonly Reading[]) =>
    [...at, Number.POSITIVE_INFINITY].map(
      (end, i) => rows.filter(row => row.n < end && row.n >= (at[i - 1] ?? Number.NEGATIVE_INFINITY)).length,
    )
  await check(histogram('n', at), naive)
})

test('topK is exact where the values fit', async () => {
  const naive = (rows: readonly Reading[]) => {
    const counts = new Map<number, number>()
    for (const { n } of rows) counts.set(n, (counts.get(n) ?? 0) + 1)
    const sorted = [...counts].sort(([a, x], [b, y]) => y - x || a - b)
    return sorted.slice(0, 3).map(([value, of]) => ({ value, count: of, error: 0 }))
  }
  await check(topK('n', 3), naive)
})

test('an aggregate of your own', async () => {
  const range: Aggregate<Reading, readonly number[]> = aggregate({
    name: 'range',
    of: row => row.value,
    init: () => ({ low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }),
    add: (state, value) => ({ low: Math.min(state.low, value), high: Math.max(state.high, value) }),
    merge: (a, b) => ({ low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) }),
    result: ({ low, high }) => [low, high],
    field: array(double()),
  })
  await check(range, rows => [
    Math.min(...rows.map(row => row.value)),
    Math.max(...rows.map(row => row.value)),
  ])
})

test('the part of an own aggregate that throws is named', () => {
  const bad = aggregate<Reading, number, number, number>({
    name: 'bad',
    of: row => row.n,
    init: () => 0,
    add: () => {
      throw new Error('no')
    },
    merge: (a, b) => a + b,
    result: state => state,
    field: long() as Field<number>,
  })
  const folded = new FoldedRows(Reading, bad)
  const row = { at: 0, n: 1, value: 0, maybe: null, text: null, kind: 'a', raw: new Uint8Array(0) } as const
  assert.throws(() => folded.fold([row]), /HR_LAMBDA_THREW: add of the aggregate bad threw: no/)
})
