import assert from 'node:assert/strict'
import { test } from 'node:test'
import { double, job, long, record, sink, source, timestamp, topic } from '../../engine/index.ts'
import { repartition, sum, tumbling } from '../../operators/index.ts'
import { testJob } from '../../testing/index.ts'

const Visit = record('Visit', { ts: timestamp(), user: long(), shop: long() })
const Visits = record('Visits', { shop: long(), windowStart: timestamp(), visits: double() })
const all = { size: 10 } as const

const visits = job('visits', () => {
  source('in', topic('in', Visit, { time: 'ts', lateness: 0 })).pipe(
    tumbling('per-user', { by: ['user', 'shop'], ...all }, { visits: sum(() => 1) }),
    repartition('shops', { by: 'shop', partitions: 1 }),
    tumbling('per-shop', { by: 'shop', ...all }, { visits: sum('visits') }),
    sink('out', topic('out', Visits)),
  )
})

test('event time moved on by hand closes the windows of a stage before it moves the next one', async () => {
  const driver = testJob(visits).push('in', [
    { ts: 1, user: 1, shop: 5 },
    { ts: 2, user: 2, shop: 5 },
  ])
  assert.deepEqual(await driver.advanceTo(100).output('out'), [{ shop: 5, windowStart: 0, visits: 2 }])
  await driver.close()
})
