import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Report } from '../../backtest/report/report.ts'
import { CliFolder } from '../support/cli.ts'
import { messages, OtherClient } from '../support/kafkajs-client.ts'
import { kafka } from '../support/services/kafka.ts'

const { brokers } = await kafka()
const env = { HEADRACE_BROKERS: brokers.join(',') }

const row = (user: number, total: number) => JSON.stringify({ user, windowStart: 1000, total })

test('what is live on Kafka is compared with a copy: all that is committed, and nothing else', async t => {
  const folder = new CliFolder(t)
  const client = await OtherClient.open(t, brokers)
  const topic = await client.topic('cli-diff', 2)
  const producer = await client.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 })
  const send = async (partition: number, values: string[], end: 'commit' | 'abort') => {
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: messages(partition, values) })
    await transaction[end]()
  }
  await send(0, [row(1, 1), row(2, 2)], 'commit')
  await send(1, [row(3, 3)], 'commit')
  await send(1, [row(3, 4)], 'abort')
  await folder.run(`record ${topic} --to copy --json`, { env })
  const args = `diff copy live --topic ${topic} --key user,windowStart --json`
  const same = await folder.run(args, { env })
  assert.equal(same.code, 0, same.out + same.err)
  const [{ equal, names, repeated }] = same.json<Report>() as [Report]
  assert.equal(equal, 3)
  assert.match(names.b, /^live: Kafka at /)
  assert.deepEqual(repeated.b, { keys: 0, rows: 0 })

  await send(0, [row(4, 4)], 'abort')
  await send(1, [row(5, 5), row(1, 9)], 'commit')
  const other = await folder.run(args, { env })
  assert.equal(other.code, 1)
  const [report] = other.json<Report>() as [Report]
  assert.deepEqual([report.equal, report.changed, report.onlyA, report.onlyB], [3, 0, 0, 2])
  assert.deepEqual(report.repeated.b, { keys: 1, rows: 1 })
  assert.deepEqual(report.firstOnlyB.map(({ row }) => row.total).toSorted(), [5, 9])
})
