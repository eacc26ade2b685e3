import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  boolean,
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
import { count, sliding, sum, tumbling } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import { naiveEmissions } from '../support/naive-windows.ts'
import { checkCuts } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

const Click = record('Click', { at: timestamp(), user: string(), value: double() })
const Stats = record('Stats', {
  user: string(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  final: boolean(),
  n: long(),
  total: double(),
})
const aggregates = { n: count(), total: sum('value') } as const
const clicks = topic('clicks', Click, { time: 'at', lateness: 4 })
const stats = topic('stats', Stats)

const jobOf = (size: number, every: number, early: number) =>
  job('early', () => {
    const rows = source('clicks', clicks)
    const emit = { every: early } as const
    const results =
      size === every
        ? rows.pipe(tumbling('windows', { by: 'user', size, emit }, aggregates))
        : rows.pipe(sliding('windows', { by: 'user', size, every, emit }, aggregates))
    results.pipe(sink('stats', stats))
  })

const anyClick = fc.record(
  { at: fc.nat(60), user: fc.constantFrom('ann', 'bob', 'eve'), value: fc.integer({ min: -99, max: 99 }) },
  { noNullPrototype: true },
)
const anyWindow = fc.constantFrom(
  [20, 20, 5],
  [20, 20, 7],
  [20, 5, 5],
  [15, 10, 4],
  [10, 10, 30],
) as fc.Arbitrary<[number, number, number]>

test('early results show the keys that have changed, exactly as of that place in the log', async () => {
  const property = fc.asyncProperty(
    anyWindow,
    fc.array(anyClick, { maxLength: 30 }),
    async ([size, every, early], rows) => {
      const expected = naiveEmissions(rows, { size, every, lateness: 4, early }).map(
        ({ final, start, end, user, rows: own }) => {
          const total = own.reduce((a, b) => a + b.value, 0)
          return { user, windowStart: start, windowEnd: end, final, n: own.length, total }
        },
      )
      await checkCuts(
        jobOf(size, every, early),
        { clicks: rows },
        { stats: expected },
        { runs: 3, advanceTo: 1e6 },
      )
    },
  )
  await assertProperty(property, 40)
})

test('they come in idle time too', async () => {
  const driver = testJob(jobOf(20, 20, 5)).push('clicks', [{ at: 1, user: 'ann', value: 1 }])
  assert.deepEqual(await driver.output('stats'), [])
  const result = { user: 'ann', windowStart: 0, windowEnd: 20, final: false, n: 1, total: 1 }
  assert.deepEqual(await driver.advanceTo(7).output('stats'), [result])
  assert.deepEqual(await driver.advanceTo(12).output('stats'), [])
  assert.deepEqual(await driver.advanceTo(20).output('stats'), [{ ...result, final: true }])
  await driver.close()
})
