import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LiveKafkaJob } from '../../support/live-kafka-job.ts'

const startMs = 1_767_225_600_000

interface Told {
  readonly differs: readonly string[]
  readonly recordCount: number
  readonly records: readonly { topic: string; fate: string; row: { ts: number; user: number } }[]
  readonly row: { readonly row: { readonly clicks: number } }
}

/** Some in order, some too late. */
function clicksFrom(second: number): { ts: number; user: number }[] {
  return Array.from({ length: 120 }, (_, k) => {
    const ts = startMs + (second + k * 0.5) * 1000
    return { ts: k % 11 === 7 ? ts - 15_000 : ts, user: k % 6 }
  })
}

test('rows that a live job has written to Kafka, each as many records as it has counted, late ones apart', async t => {
  const job = new LiveKafkaJob(t)
  await job.append(clicksFrom(0))
  await job.liveUntil(startMs + 50_000)
  const rows = await job.rows()
  const topics = (await job.ok(['topics', '--json'])).out
  const late: number[] = []
  const first = rows.filter(({ value }) => value.windowStart === startMs)
  assert.equal(first.length, 6)
  for (const { key, value } of first) {
    const asked = [
      'why',
      'job.ts',
      '--topic',
      `${job.name}.per-user`,
      '--key',
      key,
      '--json',
      '--limit',
      '1000',
    ]
    const window = ['--window', new Date(value.windowStart).toISOString()]
    const [told] = (await job.ok([...asked, ...window])).json<Told>()
    assert.equal(told.row.row.clicks, value.clicks)
    const taken = told.records.filter(({ fate }) => fate === 'taken')
    assert.equal(taken.length, value.clicks)
    for (const { row } of told.records) {
      assert.equal(row.user, value.user)
      assert.equal(Math.floor(row.ts / 10_000) * 10_000, value.windowStart)
    }
    late.push(told.records.length - taken.length)
  }
  // Click 40 is of second 5, and comes when event time has passed second 17.
  assert.deepEqual(late.toSorted(), [0, 0, 0, 0, 0, 1])
  assert.equal((await job.ok(['topics', '--json'])).out, topics, 'something was written')
})
