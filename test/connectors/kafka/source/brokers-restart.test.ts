import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits, setLimits } from '../../../../engine/limits.ts'
import { KafkaReading, readTo } from '../../../support/kafka-reading.ts'
import { messages, OtherClient } from '../../../support/kafkajs-client.ts'
import { kafkaCluster } from '../../../support/services/kafka-cluster.ts'

test('brokers die, come back and fall silent: each partition is read on, nothing lost and nothing twice', async t => {
  const before = { kafkaRequestMs: limits.kafkaRequestMs, kafkaConnectMs: limits.kafkaConnectMs }
  t.after(() => setLimits(before))
  setLimits({ kafkaRequestMs: 2000, kafkaConnectMs: 2000 })
  const nodes = await kafkaCluster(t)
  const other = await OtherClient.open(t, nodes.brokers)
  const partitions = [0, 1, 2]
  const topic = await other.topic('restart', partitions.length)
  const producer = await other.producer({ idempotent: true, maxInFlightRequests: 1, retry: { retries: 100 } })
  const reading = await KafkaReading.open(t, nodes.brokers)
  const feeds = await Promise.all(partitions.map(partition => reading.feed(topic, partition)))
  const all: string[] = []

  async function writeAndRead(): Promise<void> {
    const values = [0, 1, 2].map(k => String(all.length + k))
    const expected = values.map(value => `${value} ${value}`)
    all.push(...expected)
    const rest = Promise.all(feeds.map(feed => readTo(feed, all.length)))
    for (const partition of partitions) await producer.send({ topic, messages: messages(partition, values) })
    assert.deepEqual(await rest, [expected, expected, expected])
  }

  await writeAndRead()
  await nodes.kill(1)
  await writeAndRead()
  await nodes.start(1)
  await nodes.stop(2)
  await writeAndRead()
  await nodes.start(2)
  nodes.pause(3)
  for (const feed of feeds) feed.seek(0)
  assert.deepEqual(await Promise.all(feeds.map(feed => readTo(feed, all.length))), [all, all, all])
})
