import assert from 'node:assert/strict'
import { test } from 'node:test'
import { job, long, record, sink, source, timestamp, topic } from '../../engine/index.ts'
import { filter } from '../../operators/index.ts'
import { testJob } from '../../testing/index.ts'

const Event = record('Event', { ts: timestamp(), user: long() })

test('sinks count what they take and write, across restarts', async () => {
  const events = topic('events', Event, { time: 'ts', lateness: 0 })
  const kept = job('kept', () => {
    source('events', events).pipe(
      filter(row => row.user % 2 === 0),
      sink('out', topic('out', Event)),
    )
  })
  const driver = testJob(kept)
  const rows = Array.from({ length: 10 }, (_, i) => ({ ts: i, user: i }))
  driver.push('events', rows).restart().push('events', rows)
  const { tasks } = await driver.inspect()
  const counted = tasks.flatMap(task => task.sinks.map(({ id, counters }) => [id, counters.in, counters.out]))
  assert.deepEqual(counted, [['out', 10, 10]])
  await driver.close()
})
