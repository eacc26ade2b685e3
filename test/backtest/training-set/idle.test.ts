import assert from 'node:assert/strict'
import { test } from 'node:test'
import { features, job, long, record, sink, source, timestamp, topic } from '../../../engine/index.ts'
import { topicSpec } from '../../../engine/topic.ts'
import { count, tumbling, union } from '../../../operators/index.ts'
import { trainingRows } from '../../support/training-rows.ts'

const Event = record('Event', { ts: timestamp(), user: long() })
const left = topic('left', Event, { time: 'ts', lateness: 0, idleAfter: 100 })
const right = topic('right', Event, { time: 'ts', lateness: 0, idleAfter: 100 })
const counts = features('counts', { entity: 'user', fields: { events: long() } })

const quiet = job('quiet', () => {
  union(source('left', left), source('right', right)).pipe(
    tumbling('w', { by: 'user', size: 10 }, { events: count() }),
    sink('out', counts),
  )
})

const come = (...times: number[]) => times.map(at => ({ row: { ts: at, user: 1 }, at }))
const at = (...times: number[]) => times.map(time => ({ time, user: 1 }))
const histories = (lefts: number[], rights: number[]) => [
  { topic: topicSpec(left), partitions: [come(...lefts)] },
  { topic: topicSpec(right), partitions: [come(...rights)] },
]
const eventsOf = (rows: readonly Record<string, unknown>[]) => rows.map(({ events }) => events)

test('what an input that fell idle let go is seen when it fell idle, and not before', async () => {
  // The right one says nothing after 5, and is idle at 105; the left one goes on.
  const marks = [{ kind: 'idle' as const, task: '0-0', input: 1, positions: [3, 1], time: 5 }]
  const rows = await trainingRows(quiet, histories([3, 60, 90], [5]), at(90, 104, 105), { marks })
  assert.deepEqual(eventsOf(rows), [null, null, 1])
})

test('without any record event time goes on at the pace of the clock', async () => {
  const marks = [0, 1].map(input => ({
    kind: 'time' as const,
    task: '0-0',
    input,
    positions: [1, 1],
    time: 250,
  }))
  const rows = await trainingRows(quiet, histories([3], [5]), at(247, 249, 250), { marks })
  assert.deepEqual(eventsOf(rows), [null, null, 2])
})

test('a mark is older than the records behind it, whatever their timestamps', async () => {
  const marks = [{ kind: 'idle' as const, task: '0-0', input: 1, positions: [2, 1], time: 5 }]
  const rows = await trainingRows(quiet, histories([3, 60, 70], [5]), at(60, 69, 70), { marks })
  assert.deepEqual(eventsOf(rows), [null, null, 1])
})
