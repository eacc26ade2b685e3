import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  array,
  double,
  job,
  long,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import type { CountWindowOptions } from '../../operators/index.ts'
import { collect, count, countWindow, sum } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import { checkCuts } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

const lateness = 5
const Click = record('Click', { at: timestamp(), user: string(), value: double() })
const Stats = record('Stats', {
  user: string(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  n: long(),
  total: double(),
  values: array(double()),
})
const clicks = topic('clicks', Click, { time: 'at', lateness })
const stats = topic('stats', Stats)
type AnyClick = { at: number; user: string; value: number }

const jobOf = (options: Omit<CountWindowOptions<'user'>, 'by'>, onError: 'fail' | 'reject' = 'fail') =>
  job(
    'by-rows',
    () => {
      const positive = (row: AnyClick) => {
        if (row.value === -1000) throw new Error('a bad value')
        return row.value
      }
      source('clicks', clicks).pipe(
        countWindow(
          'windows',
          { by: 'user', ...options },
          {
            n: count(),
            total: sum(positive),
            values: collect('value', { limit: 100 }),
          },
        ),
        sink('stats', stats),
      )
    },
    { onError },
  )

/** One row after the other, each key with a list of its own. */
function naive(rows: readonly AnyClick[], size: number, every: number, forget = Number.POSITIVE_INFINITY) {
  const keys = new Map<string, { own: AnyClick[]; latest: number }>()
  const out: unknown[] = []
  let watermark = Number.NEGATIVE_INFINITY
  for (const row of rows) {
    watermark = Math.max(watermark, row.at - lateness)
    let { own, latest } = keys.get(row.user) ?? { own: [], latest: row.at }
    if (own.length > 0 && latest + forget <= watermark) own = []
    latest = own.length === 0 ? row.at : Math.max(latest, row.at)
    own.push(row)
    if (own.length === size) {
      const values = own.toSorted((a, b) => a.at - b.at).map(({ value }) => value)
      const total = values.reduce((a, b) => a + b, 0)
      out.push({ user: row.user, windowStart: own[0]?.at, windowEnd: row.at, n: size, total, values })
      own = own.slice(every)
    }
    keys.set(row.user, { own, latest })
  }
  return out
}

const anyClick = fc.record(
  { at: fc.nat(100), user: fc.constantFrom('', 'ann', 'bob', 'é'), value: fc.integer({ min: -99, max: 99 }) },
  { noNullPrototype: true },
)
const anyCounts = fc.constantFrom([3, 3], [1, 1], [4, 2], [5, 3], [6, 4], [4, 1]) as fc.Arbitrary<
  [number, number]
>

test('gives a row of results at the row that fills a window', async () => {
  const property = fc.asyncProperty(
    anyCounts,
    fc.array(anyClick, { maxLength: 60 }),
    async ([size, every], rows) => {
      await checkCuts(
        jobOf({ size, every }),
        { clicks: rows },
        { stats: naive(rows, size, every) },
        { runs: 3 },
      )
    },
  )
  await assertProperty(property, 30)
})

test('a key that has had no row for long begins anew', async () => {
  const property = fc.asyncProperty(
    anyCounts,
    fc.array(anyClick, { maxLength: 60 }),
    async ([size, every], rows) => {
      const expected = naive(rows, size, every, 10)
      await checkCuts(
        jobOf({ size, every, forgetAfter: 10 }),
        { clicks: rows },
        { stats: expected },
        { runs: 3 },
      )
    },
  )
  await assertProperty(property, 20)
})

test('keys without unfinished windows leave the state, and come back', async () => {
  const rows = Array.from({ length: 1500 }, (_, i) => ({ at: i, user: `user-${(i >> 1) % 700}`, value: i }))
  const expected = naive(rows, 2, 2)
  await checkCuts(jobOf({ size: 2 }), { clicks: rows }, { stats: expected }, { runs: 0 })
})

test('no rows, no output', async () => {
  await checkCuts(jobOf({ size: 2 }), { clicks: [] }, { stats: [] }, { runs: 0 })
})

const mixed = [1, -1000, 3].map((value, at) => ({ at, user: 'ann', value }))

test('a lambda that throws fails the job at its row', async () => {
  const driver = testJob(jobOf({ size: 2 })).push('clicks', mixed)
  await assert.rejects(
    driver.output('stats'),
    /HR_LAMBDA_THREW.*step windows, topic clicks, partition 0, offset 1/,
  )
})

test('by policy reject the row does not count', async () => {
  const expected = [{ user: 'ann', windowStart: 0, windowEnd: 2, n: 2, total: 4, values: [1, 3] }]
  await checkCuts(jobOf({ size: 2 }, 'reject'), { clicks: mixed }, { stats: expected })
})

test('counts that make no windows are refused', () => {
  const at = (size: number, every: number) => () =>
    countWindow<AnyClick, 'user', Record<string, never>>('w', { by: 'user', size, every }, {})
  for (const [size, every] of [
    [0, 0],
    [2, 3],
    [2.5, 1],
    [1e9, 1],
  ] as const)
    assert.throws(at(size, every), /HR_CONFIG_INVALID: "w"/)
})
