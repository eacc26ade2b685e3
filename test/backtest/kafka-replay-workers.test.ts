import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LiveKafkaJob } from '../support/live-kafka-job.ts'

const startMs = 1_767_225_600_000

test('threads read what lies in Kafka, each for itself: what comes out is as with one', async t => {
  const live = new LiveKafkaJob(t)
  const rows = Array.from({ length: 4000 }, (_, k) => ({ ts: startMs + k * 50, user: k % 7 }))
  await live.append(rows)
  const by = async (workers: number) => {
    const out = `by${workers}`
    await live.ok(['replay', 'job.ts', '--out', out, '--workers', String(workers)])
    return live.rows(['--data', out])
  }
  const one = await by(1)
  assert.deepEqual(await by(2), one)
  const clicks = one.reduce((sum, { value }) => sum + value.clicks, 0)
  assert.ok(clicks > 3500 && clicks <= rows.length)
})
