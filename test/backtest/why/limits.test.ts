import assert from 'node:assert/strict'
import { test } from 'node:test'
import { job, long, record, sink, source, timestamp, topic } from '../../../engine/index.ts'
import { limits } from '../../../engine/limits.ts'
import { count, tumbling } from '../../../operators/index.ts'
import { testJob } from '../../../testing/test-job.ts'
import { explain, idsOf } from '../../support/explain.ts'

const Event = record('Event', { id: long(), at: timestamp(), user: long() })
const Window = record('Window', { user: long(), windowStart: timestamp(), n: long() })

const of = job('many', () => {
  source('events', topic('events', Event, { time: 'at', key: 'user', lateness: 0 })).pipe(
    tumbling('w', { by: 'user', size: '1s' }, { n: count() }),
    sink('out', topic('out', Window, { key: 'user' })),
  )
})

test('of more rows than are kept the first are named, and all are counted', async t => {
  const driver = testJob(of)
  t.after(() => driver.close())
  const rows = limits.whyRows + 1000
  const inside = Array.from({ length: rows }, (_, id) => ({ id, at: 1, user: 7 }))
  driver.push('events', [...inside, { id: rows, at: 5000, user: 8 }, { id: rows + 1, at: 2, user: 7 }])
  const found = await explain(driver, of, { topic: 'out', key: '7', window: 0 })
  const windows = found.segments.find(({ step }) => step === 'w')
  assert.equal(windows?.counts.taken, rows)
  assert.deepEqual(windows?.untold, [
    { fate: 'taken', step: 'w', count: 1000 },
    { fate: 'late', step: 'w', count: 1 },
  ])
  const taken = idsOf(found, 'taken')
  assert.deepEqual([taken.length, taken[0], taken.at(-1)], [limits.whyRows, 0, limits.whyRows - 1])
})

test('of many rows that fit the last is explained, and some before it are named', async t => {
  const driver = testJob(of)
  t.after(() => driver.close())
  const windows = limits.whyMatches + 10
  driver.push(
    'events',
    Array.from({ length: windows + 1 }, (_, id) => ({ id, at: id * 1000, user: 7 })),
  )
  const found = await explain(driver, of, { topic: 'out', key: '7' })
  assert.equal(found.matches, windows)
  assert.equal(found.others.length, limits.whyMatches)
  assert.equal(found.row?.row.windowStart, (windows - 1) * 1000)
  assert.deepEqual(idsOf(found, 'taken'), [windows - 1])
})
