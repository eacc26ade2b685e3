import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { job, sink, source } from '../../engine/index.ts'
import type { DriftAlarm, DriftStatistic, Reference } from '../../operators/index.ts'
import { drift, filter } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import type { Reading } from '../support/drift-job.ts'
import { calm, driftJob, fields, readings, referenceOf, rowsOf, statistics } from '../support/drift-job.ts'
import { exactKs, naiveAdwin, naivePageHinkley, shiftAt1000 } from '../support/naive-drift.ts'
import { checkCuts, outputOf } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

test('the published example: both tests alarm at the rows that are documented', async () => {
  const rows = [...shiftAt1000()].map((value, at) => ({ ...(rowsOf(3, 1)[0] as Reading), at, value }))
  const tests = { adwin: { delta: 0.002 }, pageHinkley: { minInstances: 30, delta: 0.005, threshold: 50 } }
  const found = await outputOf<DriftStatistic>(
    driftJob({ reference: calm, fields: ['value'], tests, every: { rows: 500 } }),
    { readings: rows },
    'statistics',
  )
  assert.deepEqual(
    found.map(({ test, windowStart, windowEnd, alarmRow }) => [test, windowStart, windowEnd, alarmRow]),
    [0, 500, 1000, 1500].flatMap(start => [
      ['adwin', start, start + 500, start === 1000 ? 1023 : null],
      ['pageHinkley', start, start + 500, start === 1000 ? 1006 : null],
    ]),
  )
})

/** Each stretch and test as it is defined, from all its rows at once. */
function naive(before: readonly Reading[], rows: readonly Reading[], size: number) {
  const own = { minInstances: 30, delta: 0.1, threshold: 20 }
  const values = rows.map(({ value }) => value)
  const changes = { adwin: naiveAdwin(values, 0.01), pageHinkley: naivePageHinkley(values, own) }
  const found: unknown[] = []
  for (let start = 0; start + size <= rows.length; start += size) {
    const stretch = values.slice(start, start + size)
    const known = before.map(({ value }) => value)
    const row = (test: 'adwin' | 'pageHinkley') =>
      changes[test].find(at => at >= start && at < start + size) ?? null
    found.push({ start, ks: exactKs(known, stretch), adwin: row('adwin'), pageHinkley: row('pageHinkley') })
  }
  return { found, tests: { ks: true, adwin: { delta: 0.01 }, pageHinkley: own } }
}

test('what it says of a stretch is what follows from all rows of it', async () => {
  const [before, rows] = [rowsOf(1, 500), rowsOf(2, 1000, 430)]
  const { found, tests } = naive(before, rows, 200)
  const options = { reference: referenceOf(before), fields: ['value'], tests, every: 200 } as const
  const output = await outputOf<DriftStatistic>(driftJob(options), { readings: rows }, 'statistics', 5000)
  const stretches = Map.groupBy(output, ({ windowStart }) => windowStart)
  assert.deepEqual([...stretches.keys()], [0, 200, 400, 600, 800])
  for (const { start, ks, adwin, pageHinkley } of found as Record<string, number>[]) {
    const [byKs, byAdwin, bySums] = stretches.get(start as number) as DriftStatistic[]
    assert.ok(byKs.statistic <= ks + 1e-12 && byKs.statistic >= ks - 1 / 250 - 1 / 500)
    assert.equal(byKs.alarm, start >= 400)
    assert.deepEqual([byAdwin.alarmRow, bySums.alarmRow], [adwin, pageHinkley])
    assert.deepEqual(
      [byKs, byAdwin, bySums].map(({ rows }) => rows),
      [200, 200, 200],
    )
    assert.equal(byAdwin.alarmTime, byAdwin.alarmRow)
  }
})

const everyWay = [
  { name: 'event time', every: 100, reference: calm },
  { name: 'rows', every: { rows: 70 }, reference: calm },
  { name: 'event time, the first rows as reference', every: 100, reference: { first: 200 } },
  { name: 'rows, the first rows as reference', every: { rows: 70 }, reference: { first: 200 } },
] as const

for (const { name, every, reference } of everyWay) {
  test(`by ${name}: the same rows however the input is cut, and over restarts`, async () => {
    const property = fc.asyncProperty(fc.nat(), fc.constantFrom(0, 30), async (seed, disorder) => {
      const rows = rowsOf(seed, 500, 300, disorder)
      const watching = driftJob({ reference, fields, every, runLength: { rows: 1000 } })
      const end = rows.length + 1000
      const expected: Record<string, unknown[]> = {}
      for (const output of ['statistics', 'alarms', 'missed']) {
        expected[output] = await outputOf(watching, { readings: rows }, output, end)
      }
      assert.ok(expected.statistics.length > 10 && expected.alarms.length > 0)
      await checkCuts(watching, { readings: rows }, expected, { runs: 3, advanceTo: end })
    })
    await assertProperty(property, 1)
  })
}

test('rows of a stretch that is over are late, and count nowhere', async () => {
  const rows = rowsOf(4, 300).map((row, at) => ({ ...row, at: at === 250 ? 10 : at }))
  const watching = driftJob({ reference: calm, fields: ['value'], every: 100 })
  const driver = testJob(watching).push('readings', rows).advanceTo(1000)
  const found = await driver.output<DriftStatistic>('statistics')
  const byKs = found.filter(({ test }) => test === 'ks').map(({ windowStart, rows }) => [windowStart, rows])
  assert.deepEqual(byKs, [
    [0, 100],
    [100, 100],
    [200, 99],
  ])
  assert.deepEqual(await driver.output('missed'), [rows[250]])
  await driver.close()
})

test('an alarm names the fields that moved, the one that moved most first', async () => {
  const rows = rowsOf(5, 1000, 600).map((row, nth) =>
    nth < 600 ? row : { ...row, steps: nth % 6, mobile: nth % 5 < 2 },
  )
  const watching = driftJob({
    reference: calm,
    fields: ['mobile', 'steps', 'value'],
    tests: { psi: true },
    every: 200,
  })
  const found = await outputOf<DriftAlarm>(watching, { readings: rows }, 'alarms', 5000)
  assert.deepEqual(
    found.map(({ windowStart, fields, worst, test, alarms }) => [windowStart, fields, worst, test, alarms]),
    [600, 800].map(start => [start, 'value, steps', 'value', 'psi', 2]),
  )
  for (const { statistic, threshold, severity, reference } of found) {
    assert.ok(statistic > threshold)
    const times = Math.sqrt(statistic / threshold)
    assert.equal(severity, times >= 6 ? 'critical' : times >= 3 ? 'high' : times >= 1.5 ? 'medium' : 'low')
    assert.equal(reference, calm.version)
  }
})

test('`atLeast` keeps small drifts quiet', async () => {
  const rows = rowsOf(6, 400, 0)
  const tests = { psi: { atLeast: 100 }, ks: { atLeast: 0.1 } }
  const watching = driftJob({ reference: calm, fields: ['value'], tests, every: { rows: 400 } })
  const found = await outputOf<DriftStatistic>(watching, { readings: rows }, 'statistics')
  assert.deepEqual(
    found.map(({ test, alarm }) => [test, alarm]),
    [
      ['psi', false],
      ['ks', true],
    ],
  )
  assert.equal(found[0]?.threshold, 100)
})

test('a column without values says nothing; no rows, no output', async () => {
  const rows = rowsOf(7, 300).map(row => ({ ...row, steps: null, value: Number.NaN }))
  const watching = driftJob({
    reference: calm,
    fields: ['steps'],
    tests: { psi: true, ks: true },
    every: 100,
  })
  await checkCuts(
    watching,
    { readings: rows.map(row => ({ ...row, value: 0 })) },
    { statistics: [] },
    { runs: 1 },
  )
  await checkCuts(watching, { readings: [] }, { statistics: [] }, { runs: 1, advanceTo: 1000 })
})

test('an error upstream fails the job', async () => {
  const failing = job('failing', () => {
    source('readings', readings).pipe(
      filter(() => {
        throw new Error('broken')
      }),
      drift('watch', { reference: calm, fields: ['value'], every: 100 }),
      sink('statistics', statistics),
    )
  })
  const driver = testJob(failing).push('readings', rowsOf(1, 1))
  await assert.rejects(driver.output('statistics'), /HR_LAMBDA_THREW.*broken/)
})

test('with another reference a field begins anew, and the others go on', async () => {
  const rows = rowsOf(8, 150)
  const watching = (reference: Reference, fields: readonly ('value' | 'steps')[]) =>
    driftJob({ reference, fields, tests: { ks: true }, every: { rows: 150 } })
  const driver = testJob(watching(calm, ['value'])).push('readings', rows.slice(0, 100))
  driver.restart(watching(calm, ['value', 'steps'])).push('readings', rows.slice(100))
  const rowsByField = async () => (await driver.output<DriftStatistic>('statistics')).map(({ rows }) => rows)
  const steps = rows.slice(100).filter(row => row.steps !== null).length
  assert.deepEqual(await rowsByField(), [150, steps])
  driver.push('readings', rows.slice(0, 100))
  driver
    .restart(watching(referenceOf(rowsOf(9, 2000)), ['value', 'steps']))
    .push('readings', rows.slice(0, 50))
  const latter = rows.slice(0, 50).filter(row => row.steps !== null).length
  assert.deepEqual(await rowsByField(), [50, latter])
  await driver.close()
})

test('another length of the stretches does not fit the stored state', async () => {
  const watching = (every: number) => driftJob({ reference: calm, fields: ['value'], every })
  const driver = testJob(watching(100)).push('readings', rowsOf(1, 10))
  await assert.rejects(driver.restart(watching(200)).output('statistics'), /HR_STATE_INCOMPATIBLE/)
})
