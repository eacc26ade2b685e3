import assert from 'node:assert/strict'
import { test } from 'node:test'
import { job, long, record, sink, source, string, timestamp, topic } from '../../../engine/index.ts'
import { count, derive, filter, tumbling } from '../../../operators/index.ts'
import type { TestJob } from '../../../testing/test-job.ts'
import { testJob } from '../../../testing/test-job.ts'
import { explain } from '../../support/explain.ts'

const Event = record('Event', { id: long(), at: timestamp(), user: long(), kind: string() })
const events = topic('events', Event, { time: 'at', key: 'user', lateness: '5ms' })
const Window = record('Window', { user: long(), windowStart: timestamp(), n: long(), label: string() })
const many = topic('many', Window, { key: 'user' })

/** Only windows with more than one row come out. */
const of = job('many', () => {
  source('events', events).pipe(
    filter(row => row.kind !== 'bot'),
    tumbling('w', { by: 'user', size: '10ms' }, { n: count() }),
    filter(row => row.n > 1),
    derive({ label: string(row => `${row.n} of ${row.user}`) }),
    sink('out', many),
  )
})

function event(id: number, at: number, user: number, kind = 'view') {
  return { id, at, user, kind }
}

function started(): TestJob {
  return testJob(of).push('events', [
    event(1, 1, 7),
    event(2, 2, 7),
    event(3, 12, 7),
    event(4, 14, 8, 'bot'),
    event(5, 41, 9),
    event(6, 22, 8),
    event(7, 42, 9),
  ])
}

const none = { taken: 0, late: 0, missed: 0, rejected: 0, dropped: 0 }

test('a row that a step has computed and another has dropped', async t => {
  const driver = started()
  t.after(() => driver.close())
  const { row, absence } = await explain(driver, of, { topic: 'many', key: '7', window: 10 })
  assert.equal(row, null)
  assert.deepEqual(absence?.lost, [
    {
      step: 'w',
      at: 'filter-2',
      computed: { row: { user: 7, windowStart: 10, windowEnd: 20, n: 1 }, time: 19 },
    },
  ])
  assert.equal(absence?.ofKey, 1)
  assert.deepEqual(absence?.nearest[0]?.row, { user: 7, windowStart: 0, n: 2, label: '2 of 7' })
})

test('all rows dropped before, or too late, or none at all', async t => {
  const driver = started()
  t.after(() => driver.close())
  const countsOf = async (key: string, window: number) =>
    (await explain(driver, of, { topic: 'many', key, window })).segments.map(({ counts }) => counts)
  assert.deepEqual(await countsOf('8', 10), [{ ...none, dropped: 1 }])
  assert.deepEqual(await countsOf('8', 20), [{ ...none, late: 1 }])
  assert.deepEqual(await countsOf('8', 0), [none])
})

test('a window that is not over', async t => {
  const driver = started()
  t.after(() => driver.close())
  const { absence } = await explain(driver, of, { topic: 'many', key: '9', window: 40 })
  assert.deepEqual(absence?.open, { reached: 37, ends: 50 })
  assert.deepEqual(absence?.lost, [])
})

test('a topic that the job does not write is refused, with those that it does', async t => {
  const driver = started()
  t.after(() => driver.close())
  await assert.rejects(explain(driver, of, { topic: 'events', key: '9' }), {
    code: 'HR_TOPIC_UNKNOWN',
    message: /it writes many/,
  })
})
