import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  double,
  job,
  late,
  long,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { count, max, min, sliding, sum } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import { naiveWindows } from '../support/naive-windows.ts'
import { checkCuts } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

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
type AnyClick = { at: number; user: string; value: number }

const jobOf = (size: number, every: number) =>
  job('per-user', () => {
    const rows = source('clicks', clicks)
    rows.pipe(
      sliding(
        'windows',
        { by: 'user', size, every },
        { n: count(), total: sum('value'), least: min('value'), most: max('value') },
      ),
      sink('stats', stats),
    )
    late('windows', rows).pipe(sink('missed', missed))
  })

function expectedStats(rows: readonly AnyClick[], size: number, every: number) {
  return naiveWindows(rows, size, every, lateness).windows.flatMap(({ start, end, keys }) =>
    [...keys].map(([user, own]) => {
      const values = own.map(row => row.value)
      const total = values.reduce((a, b) => a + b, 0)
      const extremes = { least: Math.min(...values), most: Math.max(...values) }
      return { user, windowStart: start, windowEnd: end, n: own.length, total, ...extremes }
    }),
  )
}

const anyClick = fc.record(
  { at: fc.nat(80), user: fc.constantFrom('', 'ann', 'bob', 'é'), value: fc.integer({ min: -99, max: 99 }) },
  { noNullPrototype: true },
)
const anyWindow = fc.constantFrom([20, 5], [20, 20], [15, 10], [7, 3], [12, 1]) as fc.Arbitrary<
  [number, number]
>

test('gives a final row for each key of each window that has rows of it', async () => {
  const property = fc.asyncProperty(
    anyWindow,
    fc.array(anyClick, { maxLength: 40 }),
    async ([size, every], rows) => {
      const expected = {
        stats: expectedStats(rows, size, every),
        missed: naiveWindows(rows, size, every, lateness).late,
      }
      await checkCuts(jobOf(size, every), { clicks: rows }, expected, { runs: 3, advanceTo: 1000 })
    },
  )
  await assertProperty(property, 30)
})

test('a row counts in those of its windows that are still open, and is late when none is', async () => {
  const rows = [
    { at: 11, user: 'ann', value: 1 },
    { at: 27, user: 'ann', value: 2 },
    { at: 11, user: 'ann', value: 4 },
    { at: 40, user: 'ann', value: 8 },
    { at: 11, user: 'ann', value: 16 },
  ]
  const result = (windowStart: number, ...values: number[]) => ({
    user: 'ann',
    windowStart,
    windowEnd: windowStart + 20,
    n: values.length,
    total: values.reduce((a, b) => a + b),
    least: Math.min(...values),
    most: Math.max(...values),
  })
  const expected = [result(0, 1), result(10, 1, 2, 4), result(20, 2), result(30, 8), result(40, 8)]
  await checkCuts(jobOf(20, 10), { clicks: rows }, { stats: expected, missed: [rows[4]] }, { advanceTo: 100 })
})

test('several inputs: a partly late row counts in the same windows, whichever input is ahead', async () => {
  const Counts = record('Counts', {
    user: string(),
    windowStart: timestamp(),
    windowEnd: timestamp(),
    n: long(),
  })
  const other = topic('other', Click, { time: 'at', lateness })
  const both = job('both', () => {
    const [a, b] = [source('clicks', clicks), source('other', other)]
    const options = { by: 'user', size: 20, every: 5 } as const
    a.pipe(sliding('a-windows', options, { n: count() }), sink('a', topic('a', Counts)))
    b.pipe(sliding('b-windows', options, { n: count() }), sink('b', topic('b', Counts)))
  })
  const counts = (rows: AnyClick[]) =>
    expectedStats(rows, 20, 5).map(({ user, windowStart, windowEnd, n }) => ({
      user,
      windowStart,
      windowEnd,
      n,
    }))
  const rows = fc.array(anyClick, { maxLength: 20 })
  const property = fc.asyncProperty(rows, rows, async (a, b) => {
    await checkCuts(
      both,
      { clicks: a, other: b },
      { a: counts(a), b: counts(b) },
      { runs: 2, advanceTo: 1000 },
    )
  })
  await assertProperty(property, 10)
})

test('a jump of event time over many windows closes those that have rows, and no others', async () => {
  const rows = [0, 3_600_000].map(at => ({ at, user: 'ann', value: 1 }))
  await checkCuts(jobOf(10, 5), { clicks: rows }, { stats: expectedStats(rows, 10, 5) }, { advanceTo: 4e6 })
})

test('windows that would leave gaps, or take too many panes, are refused', () => {
  const at = (size: number, every: number) => () =>
    sliding<AnyClick, 'user', Record<string, never>>('s', { by: 'user', size, every }, {})
  assert.throws(at(10, 20), /HR_CONFIG_INVALID: every of "s" is 20 ms, more than its size of 10 ms/)
  assert.throws(at(86_400_000, 1), /HR_CONFIG_INVALID: "s" would cut a window into 86400000 panes/)
  assert.throws(at(10, 0), /HR_CONFIG_INVALID: every of "s"/)
  assert.throws(at(10, 2.5), /HR_CONFIG_INVALID: every of "s" is 2.5/)
})

test('a changed job keeps what still means the same', async () => {
  const at = (...times: number[]) => times.map(time => ({ at: time, user: 'ann', value: time }))
  const window = { user: string(), windowStart: timestamp(), windowEnd: timestamp() }
  const of = (size: number, name: 'total' | 'fresh') =>
    job('evolving', () => {
      source('clicks', clicks).pipe(
        sliding('windows', { by: 'user', size, every: 10 }, { [name]: sum<AnyClick>('value'), n: count() }),
        sink('out', topic('out', record('Result', { ...window, n: long(), [name]: double() })) as never),
      )
    })
  const driver = testJob(of(20, 'total'))
    .push('clicks', at(5, 12))
    .restart(of(20, 'fresh'))
    .push('clicks', at(14, 60))
  const result = (windowStart: number, n: number, fresh: number) => ({
    user: 'ann',
    windowStart,
    windowEnd: windowStart + 20,
    n,
    fresh,
  })
  assert.deepEqual(await driver.output('out'), [result(-10, 1, 0), result(0, 3, 14), result(10, 2, 14)])
  await assert.rejects(driver.restart(of(30, 'fresh')).output('out'), /HR_STATE_INCOMPATIBLE/)
})
