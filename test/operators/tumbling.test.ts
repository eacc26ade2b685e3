import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  double,
  job,
  late,
  long,
  nullable,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { count, max, mean, min, sum, tumbling } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import { naiveWindows } from '../support/naive-windows.ts'
import { checkCuts } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

const size = 10
const lateness = 5
const Click = record('Click', { at: timestamp(), user: string(), value: double() })
const clicks = topic('clicks', Click, { time: 'at', lateness })
const Stats = record('Stats', {
  user: string(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  n: long(),
  total: double(),
  least: double(),
  most: double(),
})
const stats = topic('stats', Stats)
const missed = topic('missed', Click)

const perUser = job('per-user', () => {
  const rows = source('clicks', clicks)
  rows.pipe(
    tumbling(
      'windows',
      { by: 'user', size },
      { n: count(), total: sum('value'), least: min('value'), most: max('value') },
    ),
    sink('stats', stats),
  )
  late('windows', rows).pipe(sink('missed', missed))
})

const anyClick = fc.record(
  { at: fc.nat(80), user: fc.constantFrom('', 'ann', 'bob', 'é'), value: fc.integer({ min: -99, max: 99 }) },
  { noNullPrototype: true },
)

test('gives a final row for each key and window, and late rows to the late stream', async () => {
  const property = fc.asyncProperty(fc.array(anyClick, { maxLength: 40 }), async rows => {
    const { windows, late: missing } = naiveWindows(rows, size, size, lateness)
    const expected = windows.flatMap(({ start, end, keys }) =>
      [...keys].map(([user, own]) => {
        const values = own.map(row => row.value)
        const total = values.reduce((a, b) => a + b, 0)
        const extremes = { least: Math.min(...values), most: Math.max(...values) }
        return { user, windowStart: start, windowEnd: end, n: own.length, total, ...extremes }
      }),
    )
    await checkCuts(
      perUser,
      { clicks: rows },
      { stats: expected, missed: missing },
      { runs: 3, advanceTo: 1000 },
    )
  })
  await assertProperty(property, 25)
})

test('several inputs: how they are interleaved changes nothing', async () => {
  const other = topic('other', Click, { time: 'at', lateness })
  const both = job('both', () => {
    const rows = [source('clicks', clicks), source('other', other)] as const
    rows[0].pipe(
      tumbling('left-windows', { by: 'user', size }, { n: count() }),
      sink('left', topic('left', Counts)),
    )
    rows[1].pipe(
      tumbling('right-windows', { by: 'user', size }, { n: count() }),
      sink('right', topic('right', Counts)),
    )
  })
  const property = fc.asyncProperty(
    fc.array(anyClick, { maxLength: 20 }),
    fc.array(anyClick, { maxLength: 20 }),
    async (a, b) => {
      const inputs = { clicks: a, other: b }
      await checkCuts(both, inputs, { left: counts(a), right: counts(b) }, { runs: 2, advanceTo: 1000 })
    },
  )
  await assertProperty(property, 10)
})

const Counts = record('Counts', {
  user: string(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  n: long(),
})
type AnyClick = { at: number; user: string; value: number }

function counts(rows: readonly AnyClick[]) {
  return naiveWindows(rows, size, size, lateness).windows.flatMap(({ start, end, keys }) =>
    [...keys].map(([user, own]) => ({ user, windowStart: start, windowEnd: end, n: own.length })),
  )
}

test('nulls are left out, and a group of nulls only has a null mean', async () => {
  const Reading = record('Reading', { at: timestamp(), user: long(), value: nullable(double()) })
  const Means = record('Means', {
    user: long(),
    windowStart: timestamp(),
    windowEnd: timestamp(),
    n: long(),
    average: nullable(double()),
  })
  const means = job('means', () => {
    source('readings', topic('readings', Reading, { time: 'at', lateness: 0 })).pipe(
      tumbling('windows', { by: 'user', size }, { n: count('value'), average: mean('value') }),
      sink('means', topic('means', Means)),
    )
  })
  const rows = [
    { at: 1, user: 1, value: null },
    { at: 2, user: 2, value: 4 },
    { at: 3, user: 2, value: null },
    { at: 4, user: 2, value: 5 },
  ]
  const window = { windowStart: 0, windowEnd: 10 }
  const expected = [
    { user: 1, ...window, n: 0, average: null },
    { user: 2, ...window, n: 2, average: 4.5 },
  ]
  await checkCuts(means, { readings: rows }, { means: expected }, { advanceTo: 10 })
})

test('no rows, no output', async () => {
  await checkCuts(perUser, { clicks: [] }, { stats: [], missed: [] }, { runs: 1, advanceTo: 100 })
})

const picky = (onError: 'fail' | 'reject') =>
  job(
    'picky',
    () => {
      const total = sum<AnyClick>(row => {
        if (row.value < 0) throw new Error('negative')
        return row.value
      })
      source('clicks', clicks).pipe(
        tumbling('windows', { by: 'user', size }, { n: count(), total }),
        sink(
          'sums',
          topic(
            'sums',
            record('Sums', {
              user: string(),
              windowStart: timestamp(),
              windowEnd: timestamp(),
              n: long(),
              total: double(),
            }),
          ),
        ),
      )
    },
    { onError },
  )
const mixed = [5, -1, 7].map((value, at) => ({ at, user: 'ann', value }))

test('a lambda that throws fails the job at its row', async () => {
  const driver = testJob(picky('fail')).push('clicks', mixed)
  await assert.rejects(
    driver.output('sums'),
    /HR_LAMBDA_THREW.*step windows, topic clicks, partition 0, offset 1/,
  )
})

test('by policy reject the row counts nowhere', async () => {
  const expected = [{ user: 'ann', windowStart: 0, windowEnd: 10, n: 2, total: 12 }]
  await checkCuts(picky('reject'), { clicks: mixed }, { sums: expected }, { advanceTo: 10 })
})
