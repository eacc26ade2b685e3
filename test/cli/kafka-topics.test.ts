import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TopicView } from '../../cli/place/place.ts'
import { CliFolder } from '../support/cli.ts'
import { messages, OtherClient } from '../support/kafkajs-client.ts'
import { kafka, uniqueName } from '../support/services/kafka.ts'

const { brokers } = await kafka()
const env = { HEADRACE_BROKERS: brokers.join(',') }

test('lines that are appended are read back, by offset and by time', async t => {
  const folder = new CliFolder(t)
  const topic = uniqueName('cli-lines')
  const lines = Array.from({ length: 50 }, (_, n) => `{"id":"k${n % 7}","n":${n}}`)
  const appended = await folder.run(`log append ${topic} --key id --partitions 3 --json`, {
    env: { ...env, HEADRACE_COMPRESSION: 'lz4' },
    input: lines.join('\n'),
  })
  assert.deepEqual(appended.json(), [{ topic, appended: 50, created: true }])
  const printed = (await folder.run(`log cat ${topic} --json`, { env })).json<{
    key: string
    value: { n: number }
    offset: number
    partition: number
  }>()
  assert.deepEqual(
    printed.map(({ value }) => value.n).toSorted((a, b) => a - b),
    [...lines.keys()],
  )
  for (const [key, records] of Map.groupBy(printed, record => record.key)) {
    assert.equal(new Set(records.map(({ partition }) => partition)).size, 1, key)
    assert.deepEqual(
      records.map(({ offset }) => offset),
      records.map(({ offset }) => offset).toSorted((a, b) => a - b),
    )
  }
  const cat = (args: string) =>
    folder.run(`log cat ${topic} ${args}`, { env }).then(({ out }) => out.split('\n').length - 1)
  assert.equal(await cat('--limit 3'), 3)
  assert.equal(await cat('--from latest'), 0)
  assert.equal(await cat('--from 2100-01-01'), 0)
  assert.equal(await cat('--from 2000-01-01'), 50)
  assert.equal(await cat('--follow --limit 50'), 50)
  const inFirst = printed.filter(({ partition }) => partition === 0).length
  assert.equal(await cat('--partition 0 --from 1'), inFirst - 1)
})

test('what was aborted is not printed, and its place is left', async t => {
  const folder = new CliFolder(t)
  const client = await OtherClient.open(t, brokers)
  const topic = await client.topic('cli-aborted')
  const producer = await client.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 })
  for (const [value, end] of [
    ['a', 'commit'],
    ['b', 'abort'],
    ['c', 'commit'],
  ] as const) {
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: messages(0, [value]) })
    await transaction[end]()
  }
  const { out } = await folder.run(`log cat ${topic}`, { env })
  assert.match(out, /^0:0 .* a\n0:4 .* c\n$/)
})

test('topics tells partitions, records, retention and where the copies are', async t => {
  const folder = new CliFolder(t)
  const client = await OtherClient.open(t, brokers)
  const topic = await client.topic('cli-view', 2, { 'retention.ms': '3600000' })
  await client.write(topic, 1, ['a', 'b', 'c'])
  await client.deleteBefore(topic, 1, 1)
  const [view] = (await folder.run(`topics ${topic} --json`, { env })).json<TopicView>()
  assert.equal(view.records, 2)
  assert.equal(view.retention, '1h')
  assert.equal(view.trouble, null)
  assert.ok(Number(view.bytes) > 0)
  const [first, second] = view.partitions
  assert.deepEqual([first.startOffset, first.endOffset, first.bytes], [0, 0, 0])
  assert.deepEqual([second.startOffset, second.endOffset], [1, 3])
  assert.deepEqual(second.replicas, [second.leader])
  assert.deepEqual(second.inSync, [second.leader])
  const compacted = await client.topic('cli-compacted', 1, { 'cleanup.policy': 'compact' })
  const { out } = await folder.run('topics', { env })
  assert.match(out, new RegExp(`^${topic} +2 +2 .* 1h$`, 'm'))
  assert.match(out, new RegExp(`^${compacted} +1 +0 .* compact$`, 'm'))
  assert.doesNotMatch(out, /__consumer_offsets/)
  const listed = (await folder.run('log ls --internal --json', { env })).json<TopicView>()
  assert.ok(listed.some(one => one.internal))
})

test('a topic that is not there is said, on Kafka and without it', async t => {
  const folder = new CliFolder(t)
  for (const args of ['topics none-such', 'log cat none-such', 'record none-such --to copy']) {
    const { code, err } = await folder.run(args, { env })
    assert.equal(code, 78)
    assert.match(err, /^HR_TOPIC_UNKNOWN: no topic on Kafka at .* \(topic none-such\)/)
  }
  const lone = await folder.run('record clicks --to copy')
  assert.equal(lone.code, 78)
  assert.match(lone.err, /^HR_TOPIC_UNKNOWN: .*topic clicks/)
})
