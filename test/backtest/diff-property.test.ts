import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { diffOutputs } from '../../backtest/diff/diff-outputs.ts'
import type { Difference } from '../../backtest/diff/difference.ts'
import {
  array,
  bigint,
  boolean,
  double,
  float,
  int,
  long,
  nullable,
  oneOf,
  record,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { limits, setLimits } from '../../engine/limits.ts'
import { topicSpec } from '../../engine/topic.ts'
import type { NaiveDiff, NaiveRow } from '../support/naive-diff.ts'
import { naiveDiff } from '../support/naive-diff.ts'
import { assertProperty } from '../support/property.ts'
import { sideOf } from '../support/sides.ts'

const levels = ['low', 'high'] as const
const Result = record('Result', {
  user: nullable(string()),
  windowStart: timestamp(),
  count: long(),
  mean: nullable(double()),
  ratio: float(),
  exact: bigint(),
  level: oneOf('Level', levels),
  isNew: boolean(),
  note: nullable(string()),
  items: array(int()),
  scores: array(double()),
  tags: array(string()),
})
const results = topic('results', Result, { key: 'user', format: 'avro' })

const number = fc.oneof(
  fc.constantFrom(0, -0, 1, 1 + 1e-12, 1.05, 100, Number.NaN, Number.POSITIVE_INFINITY, -1e300, 1e300),
  fc.double(),
)
const row = fc.record(
  {
    user: fc.constantFrom('a', 'b', 'ü', '', null),
    windowStart: fc.constantFrom(0, 10_000, 20_000),
    count: fc.integer({ min: 0, max: 2 }),
    mean: fc.oneof(fc.constantFrom(null, 1, 1.05, 100, Number.NaN), number),
    ratio: fc.constantFrom(0, 0.5, Math.fround(0.1), Number.NaN),
    exact: fc.constantFrom(0n, 2n ** 60n, 2n ** 60n + 1n),
    level: fc.constantFrom(...levels),
    isNew: fc.boolean(),
    note: fc.constantFrom(null, '', 'x', 'ü'),
    items: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
    scores: fc.array(fc.oneof(fc.constantFrom(0, 1, 1.01, Number.NaN), fc.double()), { maxLength: 3 }),
    tags: fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 }),
  },
  { noNullPrototype: true },
)

/** The rows of a, and those of b: some of a's, some of them changed, and others. */
const sides = fc
  .tuple(
    fc.array(row, { maxLength: 40 }),
    fc.array(
      fc.tuple(
        fc.boolean(),
        fc.record({ count: fc.integer({ min: 0, max: 2 }), mean: number }),
        fc.boolean(),
      ),
      {
        maxLength: 40,
      },
    ),
    fc.array(row, { maxLength: 8 }),
  )
  .map(([a, changes, more]) => {
    const kept = a.flatMap((one, index) => {
      const [isChanged, change, isThere] = changes[index] ?? [false, {}, true]
      return isThere ? [isChanged ? { ...one, ...change } : one] : []
    })
    return { a, b: [...kept, ...more] }
  })

const tolerances = new Map([
  ['mean', { absolute: 0, relative: 0.05 }],
  ['count', { absolute: 1, relative: 0 }],
  ['scores', { absolute: 0, relative: 0.02 }],
])
const key = ['user', 'windowStart']
const fields = ['count', 'mean', 'ratio', 'exact', 'level', 'isNew', 'note', 'items', 'scores', 'tags']

const usual = { ...limits }
after(() => setLimits(usual))

test('what differs is what a plain comparison of maps finds', async () => {
  await assertProperty(
    fc.asyncProperty(
      sides,
      fc.boolean(),
      fc.integer({ min: 1, max: 3 }),
      async ({ a, b }, isTight, partitions) => {
        // Tight: many parts, and each row in the file.
        setLimits(isTight ? { diffPartitionRows: 2, diffBufferBytes: 64 } : usual)
        const difference = await diffOutputs(
          {
            a: await sideOf(results, a, { partitions }),
            b: await sideOf(results, b, { partitions: 2 }),
            ...{ spec: topicSpec(results), tolerances, listed: 1000 },
          },
          new AbortController().signal,
        )
        checkAgainst(
          difference,
          naiveDiff(a, b, { key, entity: 'user', fields, tolerances, fractionalLists: ['scores'] }),
        )
        checkMeans(difference, a, b)
      },
    ),
    100,
  )
})

function checkAgainst(found: Difference, wanted: NaiveDiff): void {
  const { equal, changed, onlyA, onlyB, repeated } = found
  assert.deepEqual(
    { equal, changed, onlyA, onlyB, repeated },
    {
      ...{ equal: wanted.equal, changed: wanted.changed, onlyA: wanted.onlyA, onlyB: wanted.onlyB },
      repeated: wanted.repeated,
    },
  )
  assert.equal(found.isEqual, changed + onlyA + onlyB === 0)
  for (const field of found.fields) {
    const naive = wanted.fields[field.field]!
    const measured = naive.changed - naive.unmeasured
    assert.equal(field.changed, naive.changed, field.field)
    assert.equal(field.unmeasured, naive.unmeasured, field.field)
    assert.equal(
      field.distribution.reduce((sum, { count }) => sum + count, 0),
      ['level', 'isNew', 'note', 'items', 'tags'].includes(field.field) ? 0 : measured,
    )
    if (measured === 0) assert.equal(field.mean, null)
    else {
      near(field.mean, naive.sum / measured)
      near(field.meanRelative, naive.relativeSum / measured)
      near(field.largest, naive.largest)
      near(field.largestRelative, naive.largestRelative)
    }
  }
  assert.equal(found.biggest.length, changed)
  assert.equal(found.firstOnlyA.length, onlyA)
  assert.equal(found.firstOnlyB.length, onlyB)
  assert.ok(found.biggest.every(({ size }, index) => index === 0 || size <= found.biggest[index - 1]!.size))
  assert.deepEqual(new Map(found.byKey.top.map(({ key, ...counts }) => [key, counts])), wanted.byKey)
  const totals = { equal: 0, changed: 0, onlyA: 0, onlyB: 0 }
  for (const bucket of found.overTime.buckets) {
    for (const name of ['equal', 'changed', 'onlyA', 'onlyB'] as const) totals[name] += bucket[name]
  }
  assert.deepEqual(totals, { equal, changed, onlyA, onlyB })
}

/** Of all rows of a side, by the bucket of the window. */
function checkMeans({ overTime }: Difference, a: readonly NaiveRow[], b: readonly NaiveRow[]): void {
  const { buckets, bucketMs, means } = overTime
  assert.deepEqual(
    means.map(({ field }) => field),
    ['count', 'mean', 'ratio'],
  )
  for (const { field, ...sides } of means) {
    buckets.forEach(({ from }, bucket) => {
      for (const [found, rows] of [
        [sides.a, a],
        [sides.b, b],
      ] as const) {
        const inBucket = rows.filter(
          one => Math.floor(Number(one.windowStart) / bucketMs) * bucketMs === from,
        )
        const values = inBucket.map(one => one[field]).filter(Number.isFinite) as number[]
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length
        if (values.length === 0) assert.equal(found[bucket], null)
        // Large numbers of either sign leave any digits.
        else if (values.every(value => Math.abs(value) <= 100)) close(found[bucket]!, mean)
      }
    })
  }
}

function close(found: number, wanted: number): void {
  assert.ok(Math.abs(found - wanted) < 1e-9, `${found} is not ${wanted}`)
}

function near(found: number | null, wanted: number): void {
  if (found === wanted) return
  assert.ok(Math.abs(found! - wanted) <= 1e-9 * Math.abs(wanted), `${found} is not ${wanted}`)
}
