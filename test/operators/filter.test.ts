import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Row } from '../../engine/index.ts'
import { job, long, record, sink, source, string, timestamp, topic } from '../../engine/index.ts'
import { filter } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import { checkCuts, outputOf } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

const Click = record('Click', { at: timestamp(), user: long(), kind: string() })
const clicks = topic('clicks', Click, { time: 'at', lateness: 0 })
const kept = topic('kept', Click)

const buys = job('buys', () => {
  source('clicks', clicks).pipe(
    filter(row => row.kind === 'buy'),
    sink('kept', kept),
  )
})

const anyClick = fc.record(
  { at: fc.nat(1000), user: fc.nat(3), kind: fc.constantFrom('buy', 'view') },
  { noNullPrototype: true },
)

test('keeps the rows for which the lambda is true, in their order, however they are cut', async () => {
  const property = fc.asyncProperty(fc.array(anyClick, { maxLength: 30 }), async rows => {
    await checkCuts(buys, { clicks: rows }, { kept: rows.filter(row => row.kind === 'buy') }, { runs: 2 })
  })
  await assertProperty(property, 25)
})

test('a type guard narrows the rows that come out', async () => {
  const narrowed = job('narrowed', () => {
    const isBuy = (row: { kind: string }): row is { at: number; user: number; kind: 'buy' } =>
      row.kind === 'buy'
    source('clicks', clicks).pipe(filter(isBuy), sink('kept', kept))
  })
  const rows = [
    { at: 1, user: 1, kind: 'buy' },
    { at: 2, user: 1, kind: 'view' },
  ]
  assert.deepEqual(await outputOf(narrowed, { clicks: rows }, 'kept'), rows.slice(0, 1))
})

const picky = (onError: 'fail' | 'reject') =>
  job(
    'picky',
    () => {
      const choose = filter((row: Row<typeof Click>) => {
        if (row.user === 2) throw new Error('user 2')
        return true
      })
      source('clicks', clicks).pipe(choose, sink('kept', kept))
    },
    { onError },
  )
const three = [1, 2, 3].map(user => ({ at: user, user, kind: 'buy' }))

test('a lambda that throws fails the job at its row, and leaves nothing half written', async () => {
  const driver = testJob(picky('fail')).push('clicks', three)
  await assert.rejects(
    driver.output('kept'),
    /HR_LAMBDA_THREW: .*user 2 \(job picky, .*topic clicks, partition 0, offset 1\)/,
  )
})

test('by policy reject only that row is left out, and goes to the dead letters', async () => {
  const driver = testJob(picky('reject')).push('clicks', three)
  assert.deepEqual(await driver.output('kept'), [three[0], three[2]])
  assert.equal(await driver.deadLetters(), 1)
  await driver.close()
})
