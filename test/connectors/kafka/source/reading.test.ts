import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { isHeadraceError } from '../../../../engine/errors.ts'
import { limits, setLimits } from '../../../../engine/limits.ts'
import { KafkaReading, readOn, readTo } from '../../../support/kafka-reading.ts'
import { messages, OtherClient } from '../../../support/kafkajs-client.ts'
import { kafka, uniqueName } from '../../../support/services/kafka.ts'

let brokers: readonly string[]
before(async () => {
  brokers = (await kafka()).brokers
})

const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, k) => `${from + k} v${from + k}`)
const values = (count: number, from = 0) => Array.from({ length: count }, (_, k) => `v${from + k}`)

test('a partition is read from its beginning to its end, and on', async t => {
  const [other, reading] = [await OtherClient.open(t, brokers), await KafkaReading.open(t, brokers)]
  const topic = await other.topic('read')
  await other.write(topic, 0, values(3), values(2, 3))
  const feed = await reading.feed(topic, 0)
  assert.deepEqual([feed.source.startOffset(), feed.source.endOffset()], [0, 5])
  assert.deepEqual(await readTo(feed, 5), numbered(5))
  assert.equal(feed.fill(), false)
  const waiting = readOn(feed)
  await other.write(topic, 0, values(1, 5))
  assert.deepEqual(await waiting, numbered(1, 5))
  assert.equal(feed.source.endOffset(), 6)
  assert.deepEqual(reading.notices, [])
})

test('it begins where it is told: at either end, or at a time', async t => {
  const [other, reading] = [await OtherClient.open(t, brokers), await KafkaReading.open(t, brokers)]
  const topic = await other.topic('start', 1, { 'retention.ms': '-1' })
  const producer = await other.producer()
  for (const timestamp of ['1000', '2000', '3000']) {
    await producer.send({
      topic,
      messages: [
        { value: 'a', timestamp },
        { value: 'b', timestamp },
      ],
    })
  }
  const startOf = async (startFrom: 'earliest' | 'latest' | number) =>
    (await reading.source(topic, 0, { startFrom })).startOffset()
  assert.equal(await startOf('earliest'), 0)
  assert.equal(await startOf('latest'), 6)
  assert.equal(await startOf(0), 0)
  assert.equal(await startOf(1001), 2)
  assert.equal(await startOf(3000), 4)
  assert.equal(await startOf(3001), 6)
  await other.deleteBefore(topic, 0, 3)
  assert.equal(await startOf('earliest'), 3)
})

test('seeking drops what was fetched, also in the middle of a batch and while a fetch is under way', async t => {
  const [other, reading] = [await OtherClient.open(t, brokers), await KafkaReading.open(t, brokers)]
  const topic = await other.topic('seek')
  await other.write(topic, 0, values(10), values(10, 10), values(10, 20))
  const feed = await reading.feed(topic, 0)
  for (const from of [15, 0, 29, 9, 30, 3]) {
    feed.seek(from)
    await feed.fill()
    feed.seek(from)
    assert.deepEqual(await readTo(feed, 30), numbered(30 - from, from))
  }
})

test('several partitions, and two readers of one, each get their own', async t => {
  const [other, reading] = [await OtherClient.open(t, brokers), await KafkaReading.open(t, brokers)]
  const topic = await other.topic('many', 3)
  await Promise.all([0, 1, 2].map(partition => other.write(topic, partition, values(partition + 1))))
  const partitions = [0, 1, 2, 1, 1]
  const feeds = await Promise.all(partitions.map(partition => reading.feed(topic, partition)))
  const read = await Promise.all(feeds.map((feed, k) => readTo(feed, partitions[k] + 1)))
  assert.deepEqual(
    read,
    partitions.map(partition => numbered(partition + 1)),
  )
})

for (const codec of ['gzip', 'snappy', 'lz4', 'zstd']) {
  test(`what the broker has compressed with ${codec} is read`, async t => {
    const [other, reading] = [await OtherClient.open(t, brokers), await KafkaReading.open(t, brokers)]
    const topic = await other.topic(codec, 1, { 'compression.type': codec })
    await other.write(topic, 0, values(500), values(500, 500))
    const feed = await reading.feed(topic, 0)
    feed.seek(3)
    assert.deepEqual(await readTo(feed, 1000), numbered(997, 3))
  })
}

test('a batch that is larger than a fetch comes whole, for each partition in turn', async t => {
  const before = { fetchBytes: limits.fetchBytes, fetchAnswerBytes: limits.fetchAnswerBytes }
  t.after(() => setLimits(before))
  setLimits({ fetchBytes: 1 << 10, fetchAnswerBytes: 1 << 12 })
  const [other, reading] = [await OtherClient.open(t, brokers), await KafkaReading.open(t, brokers)]
  const topic = await other.topic('large', 3)
  const texts = values(200).map(value => value.padEnd(300, '.'))
  const expected = texts.map((text, k) => `${k} ${text}`)
  for (const partition of [0, 1, 2]) {
    await other.write(topic, partition, texts.slice(0, 1), texts.slice(1, 90), texts.slice(90))
  }
  const feeds = await Promise.all([0, 1, 2].map(partition => reading.feed(topic, partition)))
  for (const read of await Promise.all(feeds.map(feed => readTo(feed, 200)))) assert.deepEqual(read, expected)
})

test('what is not there is a coded error', async t => {
  const reading = await KafkaReading.open(t, brokers)
  const other = await OtherClient.open(t, brokers)
  const topic = await other.topic('short', 2)
  const unknown = (error: unknown) => isHeadraceError(error, 'HR_TOPIC_UNKNOWN')
  await assert.rejects(reading.source(topic, 2), unknown)
  await assert.rejects(reading.source(uniqueName('absent'), 0), unknown)
})

test('the end now is known on request, with and without open transactions', async t => {
  const [other, reading] = [await OtherClient.open(t, brokers), await KafkaReading.open(t, brokers)]
  const topic = await other.topic('end')
  const source = await reading.source(topic, 0)
  await other.write(topic, 0, values(2))
  assert.equal(source.endOffset(), 0)
  assert.deepEqual([await source.freshEnd(), await source.freshEnd('all')], [2, 2])
  const producer = await other.producer({ transactionalId: uniqueName('open'), maxInFlightRequests: 1 })
  const transaction = await producer.transaction()
  await transaction.send({ topic, messages: messages(0, values(3)) })
  assert.deepEqual([await source.freshEnd(), await source.freshEnd('all')], [2, 5])
  await transaction.commit()
})
