import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PerUser } from '../support/live-kafka-job.ts'
import { LiveKafkaJob } from '../support/live-kafka-job.ts'

const startMs = 1_767_225_600_000
const windowMs = 10_000

/** Some in order, some late, some that are no clicks. */
function clicksFrom(second: number): object[] {
  return Array.from({ length: 120 }, (_, k) => {
    const ts = startMs + (second + k * 0.5) * 1000
    if (k % 17 === 5) return { ts: 'yesterday', user: k % 6 }
    return { ts: k % 11 === 7 ? ts - 15_000 : ts, user: k % 6 }
  })
}

test('what a job gave live on Kafka, with late and malformed records and idle stretches, a replay gives again', async t => {
  const job = new LiveKafkaJob(t, { audit: true })
  await job.append(clicksFrom(0))
  // Windows that no record closes: they were left when all was quiet.
  await job.liveUntil(startMs + 50_000)
  await job.liveUntil(startMs + 350_000, () => job.append(clicksFrom(300)))
  const live = await job.rows()
  assert.ok(live.length > 60)
  await job.ok(['replay', 'job.ts', '--out', 'again'])
  const again = await job.rows(['--data', 'again'])
  const byPartition = (rows: readonly PerUser[]) =>
    Map.groupBy(
      rows.map(({ partition, key, timestamp, value }) => ({ partition, key, timestamp, value })),
      ({ partition }) => partition,
    )
  assert.deepEqual(byPartition(again), byPartition(live))
  const dead = async (data: readonly string[]) =>
    (await job.ok(['log', 'cat', `${job.name}.dead-letter`, '--json', ...data])).json().length
  assert.equal(await dead(['--data', 'again']), await dead([]))
  assert.ok((await dead([])) > 0)
  const { out } = await job.ok(['audit', 'job.ts', '--against', 'again'])
  assert.match(
    out,
    /all sums come out: 240 records read, and each is accounted for\nthe other audit has the same counts\n/,
  )
  const quiet = live.filter(({ value }) => value.windowStart === startMs + 350_000)
  assert.ok(quiet.length > 0 && live.every(({ value }) => value.windowStart <= startMs + 350_000 + windowMs))
})
