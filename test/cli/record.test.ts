import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'
import { messages, OtherClient } from '../support/kafkajs-client.ts'
import { kafka } from '../support/services/kafka.ts'

const { brokers } = await kafka()
const env = { HEADRACE_BROKERS: brokers.join(',') }

interface Summary {
  readonly type: 'summary'
  readonly records: number
  readonly complete: boolean
  readonly partitions: readonly { from: number; until: number; records: number }[]
}

async function record(folder: CliFolder, args: string): Promise<Summary> {
  const { code, err, json } = await folder.run(`record ${args} --json`, { env })
  assert.equal(code, 0, err)
  return json<Summary>().at(-1) as Summary
}

/** Every record with its place, time, key and value, as `log cat` prints it. */
async function onKafka(folder: CliFolder, topic: string, args = ''): Promise<string> {
  return (await folder.run(`log cat ${topic} --json ${args}`.trim(), { env })).out
}

async function inCopy(folder: CliFolder, topic: string): Promise<string> {
  const { code, out, err } = await folder.run(`log cat ${topic} --json --data copy`, { env })
  assert.equal(code, 0, err)
  return out
}

/** Plain, committed and aborted batches in three partitions. */
async function mixedTopic(t: TestContext): Promise<{ client: OtherClient; topic: string }> {
  const client = await OtherClient.open(t, brokers)
  const topic = await client.topic('cli-record', 3, { 'retention.ms': '-1' })
  const producer = await client.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 })
  for (const partition of [0, 1]) {
    await client.write(topic, partition, ['a', 'b'], ['c'])
    for (const [value, end] of [
      ['d', 'commit'],
      ['e', 'abort'],
      ['f', 'commit'],
      ['g', 'abort'],
    ] as const) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: messages(partition, [value, `${value}2`]) })
      await transaction[end]()
    }
  }
  return { client, topic }
}

test('a copy has the committed records, at the offsets that they have on Kafka', async t => {
  const folder = new CliFolder(t)
  const { topic } = await mixedTopic(t)
  const { records, complete, partitions } = await record(folder, `${topic} --to copy`)
  assert.equal(records, 14)
  assert.equal(complete, true)
  assert.deepEqual(
    partitions.map(({ until }) => until),
    [15, 15, 0],
  )
  const kept = await onKafka(folder, topic)
  assert.equal(kept.split('\n').length - 1, 14)
  assert.equal(await inCopy(folder, topic), kept)
})

test('a copy goes on where it ends', async t => {
  const folder = new CliFolder(t)
  const { client, topic } = await mixedTopic(t)
  await record(folder, `${topic} --to copy --until 4`)
  assert.notEqual(await inCopy(folder, topic), await onKafka(folder, topic))
  await record(folder, `${topic} --to copy`)
  assert.equal(await inCopy(folder, topic), await onKafka(folder, topic))
  await client.write(topic, 2, ['late'])
  const { records } = await record(folder, `${topic} --to copy`)
  assert.equal(records, 1)
  assert.equal(await inCopy(folder, topic), await onKafka(folder, topic))
  assert.equal((await record(folder, `${topic} --to copy`)).records, 0)
  const again = await folder.run(`record ${topic} --to copy --from 2`, { env })
  assert.equal(again.code, 2)
  assert.match(again.err, /there is a copy of .* already, which goes on where it ends/)
})

test('a range of offsets, in whole batches', async t => {
  const folder = new CliFolder(t)
  const { topic } = await mixedTopic(t)
  const { partitions } = await record(folder, `${topic} --to copy --from 1 --until 3`)
  // The first batch has the offsets 0 and 1.
  assert.deepEqual(partitions[0], { partition: 0, from: 0, until: 3, records: 3 })
  assert.deepEqual(partitions[2], { partition: 2, from: 0, until: 0, records: 0 })
  const [first] = (await folder.run(`log ls ${topic} --json --data copy`)).json<{
    partitions: { startOffset: number; endOffset: number }[]
  }>()
  assert.deepEqual([first.partitions[0].startOffset, first.partitions[0].endOffset], [0, 3])
})

test('a range of times', async t => {
  const folder = new CliFolder(t)
  const client = await OtherClient.open(t, brokers)
  const topic = await client.topic('cli-times', 1, { 'retention.ms': '-1' })
  const producer = await client.producer()
  for (const day of [1, 2, 3, 4]) {
    const timestamp = String(Date.UTC(2026, 0, day))
    await producer.send({ topic, messages: [{ value: `day ${day}`, timestamp }] })
  }
  const { partitions } = await record(folder, `${topic} --to copy --from 2026-01-02 --until 2026-01-04`)
  assert.deepEqual(partitions, [{ partition: 0, from: 1, until: 3, records: 2 }])
  assert.equal(
    await inCopy(folder, topic),
    await onKafka(folder, topic, '--from 1').then(out =>
      out
        .split('\n')
        .slice(0, 2)
        .map(line => `${line}\n`)
        .join(''),
    ),
  )
})

test('records that the broker has deleted before they were copied are told, and leave a gap', async t => {
  const folder = new CliFolder(t)
  const client = await OtherClient.open(t, brokers)
  const topic = await client.topic('cli-gap')
  await client.write(topic, 0, ['a'], ['b'])
  await record(folder, `${topic} --to copy`)
  await client.write(topic, 0, ['c'], ['d'])
  await client.deleteBefore(topic, 0, 3)
  const { out, code } = await folder.run(`record ${topic} --to copy`, { env })
  assert.equal(code, 0)
  assert.match(out, /-0: the records from 2 up to 3 are gone at the broker/)
  const values = (await inCopy(folder, topic)).match(/"value":"\w"/g)
  assert.deepEqual(values, ['"value":"a"', '"value":"b"', '"value":"d"'])
})

test('a topic that was made anew is not mixed with the copy of the old one', async t => {
  const folder = new CliFolder(t)
  const { client, topic } = await mixedTopic(t)
  await record(folder, `${topic} --to copy`)
  await client.admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] })
  const grown = await folder.run(`record ${topic} --to copy`, { env })
  assert.match(grown.err, /^HR_PARTITIONS_DIFFER: it has 4 partitions now, and 3 in /)
  await client.admin.deleteTopics({ topics: [topic] })
  await client.admin.createTopics({ topics: [{ topic, numPartitions: 3 }] })
  const anew = await folder.run(`record ${topic} --to copy`, { env })
  assert.match(anew.err, /^HR_POSITION_LOST: the copy goes up to 15, the topic ends at 0/)
})
