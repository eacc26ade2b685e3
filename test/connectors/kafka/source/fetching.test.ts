import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { KAFKA } from '../../../../connectors/kafka/protocol/kafka-errors.ts'
import type { ErrorCode } from '../../../../engine/error-codes.ts'
import { isHeadraceError } from '../../../../engine/errors.ts'
import type { RecordFeed } from '../../../../engine/io/record-feed.ts'
import { limits, setLimits } from '../../../../engine/limits.ts'
import { FakeKafka } from '../../../support/fake-kafka.ts'
import { KafkaReading, readOn, readTo } from '../../../support/kafka-reading.ts'
import { until } from '../../../support/services/until.ts'
import { batchOfTexts } from '../../../support/text-records.ts'

function withLimits(t: TestContext, changes: Partial<Record<keyof typeof limits, number>>): void {
  const before = { ...limits }
  t.after(() => setLimits(before))
  setLimits(changes)
}

async function feedsOf(t: TestContext, fake: FakeKafka): Promise<RecordFeed[]> {
  const reading = new KafkaReading(t, fake, fake.notices)
  return Promise.all(fake.partitions.map((_, partition) => reading.feed('in', partition)))
}

const texts = (from: number, count: number) => Array.from({ length: count }, (_, k) => `${from + k}`)
const read = (from: number, count: number) => texts(from, count).map(text => `${text} ${text}`)

/** So many batches of one record each. */
function fill(fake: FakeKafka, partition: number, count: number): void {
  const into = fake.partitions[partition]
  for (const text of texts(into.end, count)) into.append(text)
}

const settled = (fake: FakeKafka) =>
  until('quiet broker', () => fake.fetches.at(-1)?.waitMs === limits.fetchWaitMs)

test('the next fetch is under way while a chunk is processed', async t => {
  withLimits(t, { fetchBytes: 1 })
  const fake = new FakeKafka(1)
  fill(fake, 0, 9)
  const [feed] = await feedsOf(t, fake)
  assert.deepEqual(await readOn(feed), read(0, 1))
  await until('second fetch', () => fake.fetches.length > 1)
  assert.deepEqual(await readTo(feed, 9), read(1, 8))
  const offsets = fake.fetches.flatMap(({ from }) => from.map(({ offset }) => offset))
  assert.deepEqual(offsets.slice(0, 9), [0, 1, 2, 3, 4, 5, 6, 7, 8])
})

test('what waits for a partition is bounded, and holds up no other', async t => {
  withLimits(t, { fetchBytes: 1, fetchWaitMs: 40 })
  const fake = new FakeKafka(2)
  fill(fake, 0, 20)
  const [slow, quick] = await feedsOf(t, fake)
  assert.deepEqual(await readOn(slow), read(0, 1))
  for (let end = 1; end <= 5; end++) {
    fill(fake, 1, 1)
    fake.tell()
    assert.deepEqual(await readTo(quick, end), read(end - 1, 1))
  }
  const asked = fake.fetches.flatMap(({ from }) => from)
  assert.equal(Math.max(...asked.filter(({ partition }) => partition === 0).map(({ offset }) => offset)), 2)
  assert.equal(fake.kept, limits.fetchedChunks + 2)
  assert.deepEqual(await readTo(slow, 20), read(1, 19))
})

test('a broker waits long only when all partitions are asked for', async t => {
  withLimits(t, { fetchBytes: 1, fetchWaitMs: 100 })
  const fake = new FakeKafka(2)
  fill(fake, 0, 4)
  const [busy, idle] = await feedsOf(t, fake)
  assert.equal(idle.fill(), false)
  assert.deepEqual(await readOn(busy), read(0, 1))
  await until('two that wait', () => fake.fetches.filter(({ from }) => from.length === 1).length > 8)
  const partial = fake.fetches.filter(({ from }) => from.length === 1).map(({ waitMs }) => waitMs)
  assert.equal(Math.max(...partial), 25)
  assert.deepEqual(await readTo(busy, 4), read(1, 3))
  await settled(fake)
  const waits = fake.fetches.map(({ waitMs }) => waitMs)
  assert.deepEqual(waits.slice(waits.lastIndexOf(4)), [4, 8, 16, 32, 64, 100])
})

test('a thread that holds much asks only for partitions of which nothing waits, and for little', async t => {
  withLimits(t, { fetchedBytes: 1, fetchBytes: 1, fetchAnswerBytes: 7, fetchWaitMs: 20 })
  const fake = new FakeKafka(2)
  for (const partition of [0, 1]) fill(fake, partition, 6)
  const [first, second] = await feedsOf(t, fake)
  assert.deepEqual(await readOn(first), read(0, 1))
  assert.deepEqual(await readTo(second, 6), read(0, 6))
  const asked = fake.fetches.flatMap(({ from }) => from)
  assert.equal(Math.max(...asked.filter(({ partition }) => partition === 0).map(({ offset }) => offset)), 1)
  const totals = fake.fetches.map(({ totalBytes }) => totalBytes)
  assert.deepEqual([totals[0], Math.min(...totals.slice(1))], [7, 1])
  assert.deepEqual(await readTo(first, 6), read(1, 5))
})

test('the bytes of an answer are given back when all of its partitions have been read, or left', async t => {
  const fake = new FakeKafka(3)
  for (const partition of [0, 1, 2]) fill(fake, partition, 2)
  const feeds = await feedsOf(t, fake)
  for (const feed of feeds) assert.equal(feed.fill(), false)
  await Promise.all(feeds.map(feed => feed.source.changed(new AbortController().signal)))
  // The first was asked for before the other two were there.
  assert.equal(fake.kept, 2)
  assert.deepEqual(await readTo(feeds[0], 2), read(0, 2))
  assert.equal(feeds[0].fill(), false)
  feeds[1].seek(1)
  assert.equal(fake.kept, 1)
  assert.deepEqual(await readTo(feeds[1], 2), read(1, 1))
  feeds[1].source.close()
  feeds[2].source.close()
  await settled(fake)
  assert.equal(fake.kept, 0)
})

for (const code of ['NOT_LEADER_OR_FOLLOWER', 'FENCED_LEADER_EPOCH', 'UNKNOWN_LEADER_EPOCH'] as const) {
  test(`after ${code} it is read from the new leader`, async t => {
    const fake = new FakeKafka(2)
    for (const partition of [0, 1]) fill(fake, partition, 2)
    const feeds = await feedsOf(t, fake)
    for (const feed of feeds) assert.deepEqual(await readTo(feed, 2), read(0, 2))
    fake.partitions[0].codes.push(KAFKA[code])
    fake.partitions[0].leader = 1
    for (const partition of [0, 1]) fill(fake, partition, 2)
    fake.tell()
    for (const feed of feeds) assert.deepEqual(await readTo(feed, 4), read(2, 2))
    assert.equal(fake.forgotten, 1)
    assert.equal(fake.fetches.filter(({ node }) => node === 1)[0].from[0].offset, 2)
    assert.deepEqual(fake.notices, [])
  })
}

test('a broker that goes and comes back is waited for, and the wait is told when it is long', async t => {
  const fake = new FakeKafka(1)
  fill(fake, 0, 2)
  const [feed] = await feedsOf(t, fake)
  assert.deepEqual(await readTo(feed, 2), read(0, 2))
  fake.down.add(0)
  fill(fake, 0, 2)
  fake.tell()
  const rest = readTo(feed, 4)
  await until('notice', () => fake.notices.length > 0)
  fake.down.clear()
  assert.deepEqual(await rest, read(2, 2))
  assert.match(
    fake.notices[0].message,
    /^reading in-0 does not work at present and is tried again: .*refused/,
  )
  assert.deepEqual(fake.notices[1], { message: 'reading in-0 works again' })
})

async function fails(feed: RecordFeed, code: ErrorCode, offset: number | undefined, message: RegExp) {
  await assert.rejects(readOn(feed), (error: Error) => {
    if (!isHeadraceError(error, code)) throw error
    assert.match(error.message, message)
    assert.deepEqual(error.place, { topic: 'in', partition: 0, ...(offset !== undefined && { offset }) })
    return true
  })
}

test('a broker that stays away is an error after a while', async t => {
  withLimits(t, { kafkaRetryMs: 100 })
  const fake = new FakeKafka(1)
  const [feed] = await feedsOf(t, fake)
  assert.equal(feed.fill(), false)
  fake.down.add(0)
  fake.tell()
  await fails(feed, 'HR_KAFKA_UNREACHABLE', undefined, /reading in-0 has not worked for 100 ms: .*refused/)
})

test('what a broker refuses for good is an error at once, behind what was read', async t => {
  const fake = new FakeKafka(1)
  fill(fake, 0, 1)
  const [feed] = await feedsOf(t, fake)
  assert.equal(feed.fill(), false)
  await settled(fake)
  fake.partitions[0].codes.push(KAFKA.TOPIC_AUTHORIZATION_FAILED)
  fake.tell()
  assert.deepEqual(await readOn(feed), read(0, 1))
  await fails(feed, 'HR_KAFKA_AUTH', undefined, /TOPIC_AUTHORIZATION_FAILED/)
})

test('a new leader that lacks records which were read is not followed in silence', async t => {
  const fake = new FakeKafka(1)
  fill(fake, 0, 5)
  const [feed] = await feedsOf(t, fake)
  assert.deepEqual(await readTo(feed, 5), read(0, 5))
  const [partition] = fake.partitions
  partition.codes.push(KAFKA.NOT_LEADER_OR_FOLLOWER)
  partition.epochEnd = 3
  fake.tell()
  await fails(feed, 'HR_POSITION_LOST', 5, /its new leader has another log from 3 on/)
})

test('a position that is out of range for a moment only is kept', async t => {
  const fake = new FakeKafka(1)
  fill(fake, 0, 2)
  fake.partitions[0].codes.push(KAFKA.OFFSET_OUT_OF_RANGE)
  const [feed] = await feedsOf(t, fake)
  assert.deepEqual(await readTo(feed, 2), read(0, 2))
  assert.deepEqual(fake.notices, [])
})

test('a damaged batch is an error with its place, and what lies before it is read', async t => {
  const fake = new FakeKafka(1)
  fill(fake, 0, 1)
  const damaged = batchOfTexts(['1'])
  damaged[damaged.length - 1] ^= 1
  fake.partitions[0].appendBatch(damaged, 1)
  const [feed] = await feedsOf(t, fake)
  await fails(feed, 'HR_BATCH_CORRUPT', 1, /the checksum does not match/)
})
