import assert from 'node:assert/strict'
import { test } from 'node:test'
import attribution from '../../jobs/attribution.ts'
import reminders from '../../jobs/reminders.ts'
import sessions from '../../jobs/sessions.ts'
import { testJob } from '../../testing/index.ts'

const minute = 60_000

test('sessions: pauses of more than half an hour part visits, late clicks are kept', async () => {
  const click = (ts: number, value: number) => ({ ts, user: 7, item: 1, value, kind: 'view' })
  const driver = testJob(sessions)
  driver.push('clicks', [click(0, 1), click(30 * minute, 2), click(90 * minute, 4), click(1000, 8)])
  assert.deepEqual(await driver.output('clicks.visits'), [
    { user: 7, windowStart: 0, windowEnd: 30 * minute, clicks: 2, spend: 3 },
  ])
  assert.deepEqual(await driver.output('clicks.late'), [click(1000, 8)])
  await driver.close()
})

test('reminders: for orders that are open an hour after they were placed', async () => {
  const driver = testJob(reminders)
  driver.push('orders', [
    { ts: 0, order: 1, status: 'placed' },
    { ts: minute, order: 2, status: 'placed' },
    { ts: 2 * minute, order: 1, status: 'paid' },
    { ts: 3 * minute, order: 1, status: 'placed' },
    { ts: 4 * minute, order: 3, status: 'placed' },
  ])
  driver.advanceTo(62 * minute)
  assert.deepEqual(await driver.output('orders.reminders'), [{ order: 2, openSince: minute }])
  await driver.close()
})

test('attribution: purchases within an hour after a visit', async () => {
  const driver = testJob(attribution)
  driver.push('purchases', [
    { ts: 10 * minute, user: 7, amount: 5 },
    { ts: 70 * minute, user: 7, amount: 8 },
    { ts: 20 * minute, user: 8, amount: 3 },
  ])
  driver.push('visits', [{ ts: 5 * minute, user: 7, campaign: 'autumn' }])
  assert.deepEqual(await driver.output('purchases.attributed'), [
    { ts: 5 * minute, user: 7, campaign: 'autumn', amount: 5 },
  ])
  await driver.close()
})
