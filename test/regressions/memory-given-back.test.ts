import assert from 'node:assert/strict'
import { test } from 'node:test'
import { workerHeap } from '../../engine/batch/arena.ts'
import { job, long, record, sink, source, timestamp, topic } from '../../engine/index.ts'
import { count, tumbling } from '../../operators/index.ts'
import { testJob } from '../../testing/index.ts'

const Click = record('Click', { at: timestamp(), user: long() })
const clicks = topic('clicks', Click, { time: 'at', lateness: 0 })
const Counts = record('Counts', { user: long(), windowStart: timestamp(), windowEnd: timestamp(), n: long() })

const counts = job('counts', () => {
  source('clicks', clicks).pipe(
    tumbling('windows', { by: 'user', size: 10 }, { n: count() }),
    sink('counts', topic('counts', Counts)),
  )
})

test('a job that is closed has given back all memory: plan, tasks, writers and readers', async () => {
  const before = workerHeap().bytesInUse
  for (let run = 0; run < 3; run++) {
    const driver = testJob(counts)
    for (let at = 0; at < 40; at += 4) driver.push('clicks', [{ at, user: at % 3 }])
    driver.restart()
    assert.equal((await driver.output('counts')).length, 8)
    await driver.close()
  }
  assert.equal(workerHeap().bytesInUse, before)
})
