import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PerUser } from '../support/live-kafka-job.ts'
import { LiveKafkaJob } from '../support/live-kafka-job.ts'

const startMs = 1_767_225_600_000
const at = (second: number) => startMs + second * 1000

/** One each half a second. */
function clicks(from: number, until: number): object[] {
  return Array.from({ length: (until - from) * 2 }, (_, k) => ({ ts: at(from + k * 0.5), user: k % 6 }))
}

const texts = (rows: readonly PerUser[]) =>
  rows.map(({ partition, value }) => JSON.stringify([partition, value])).sort()

/**
 * Saves a checkpoint of a job that is at work, and replays from it. What the live job gave before it is not known, but
 * windows that ended by then were given, and those that began after it were not.
 */
async function savedAtWork(job: LiveKafkaJob): Promise<void> {
  await job.append(clicks(0, 60))
  await job.liveUntil(at(30))
  await job.liveUntil(at(130), async () => {
    await job.append(clicks(60, 120))
    await job.ok(['checkpoint', 'save', job.name, '--to', 'saved'])
    await job.append(clicks(120, 160))
  })
  await job.ok(['run', 'job.ts', '--no-check', '--until', 'end', '--json'])
  const live = texts(await job.rows())
  const own = async () => {
    const { out } = await job.ok(['topics', '--json'])
    return out.split('\n').filter(line => line.includes(job.name))
  }
  const before = await own()
  await job.ok(['replay', 'job.ts', '--checkpoint', 'saved', '--out', 'again'])
  assert.deepEqual(await own(), before)
  const again = await job.rows(['--data', 'again'])
  const rest = [...live]
  for (const row of texts(again)) {
    assert.ok(rest.includes(row), `${row} is not among what the job gave`)
    rest.splice(rest.indexOf(row), 1)
  }
  const starts = again.map(({ value }) => value.windowStart)
  assert.ok(Math.min(...starts) >= at(20) && Math.max(...starts) === at(140))
  const left = rest.filter(row => JSON.parse(row)[1].windowStart >= at(120))
  assert.deepEqual(left, [])
}

test('a checkpoint that is taken while a job is at work begins a replay that gives what the job gave after it', t =>
  savedAtWork(new LiveKafkaJob(t, { idleAfter: '1h' })))

test('a checkpoint of a job in stages has what lies between them, so that nothing is there twice or missing', t =>
  savedAtWork(
    new LiveKafkaJob(t, { between: "repartition('by', { by: 'user', partitions: 3 }),", idleAfter: '1h' }),
  ))
