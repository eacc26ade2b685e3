import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OnLostPosition } from '../../../../connectors/kafka/config.ts'
import type { HeadraceError } from '../../../../engine/errors.ts'
import { isHeadraceError } from '../../../../engine/errors.ts'
import { limits, setLimits } from '../../../../engine/limits.ts'
import { KafkaReading, readOn, readTo } from '../../../support/kafka-reading.ts'
import { OtherClient } from '../../../support/kafkajs-client.ts'
import { kafka } from '../../../support/services/kafka.ts'

const { brokers } = await kafka()

const values = (count: number) => Array.from({ length: count }, (_, k) => `v${k}`)

/** A topic whose records before the fourth are gone, read from the second on. */
async function truncated(t: Parameters<typeof OtherClient.open>[0], onLostPosition: OnLostPosition) {
  const [other, reading] = [await OtherClient.open(t, brokers), await KafkaReading.open(t, brokers)]
  const topic = await other.topic('truncated')
  await other.write(topic, 0, values(6))
  const feed = await reading.feed(topic, 0, { onLostPosition })
  await other.deleteBefore(topic, 0, 4)
  feed.seek(2)
  return { other, reading, topic, feed }
}

function isLost(topic: string, offset: number, reason: RegExp) {
  return (error: HeadraceError) =>
    isHeadraceError(error, 'HR_POSITION_LOST') &&
    reason.test(error.message) &&
    error.place.topic === topic &&
    error.place.partition === 0 &&
    error.place.offset === offset
}

test('a position whose records are gone is an error that says where the log begins', async t => {
  const { topic, feed, reading } = await truncated(t, 'fail')
  await assert.rejects(readOn(feed), isLost(topic, 2, /offset 2 are not there: the log begins at 4/))
  await assert.rejects(readOn(feed), isLost(topic, 2, /begins at 4/))
  assert.deepEqual(reading.notices, [])
})

test('it goes on with the earliest that is there where that is asked for, and says so', async t => {
  const { topic, feed, reading } = await truncated(t, 'earliest')
  assert.deepEqual(await readTo(feed, 6), ['4 v4', '5 v5'])
  const message =
    'the records at offset 2 are not there: the log begins at 4 now; reading goes on at offset 4'
  assert.deepEqual(reading.notices, [{ message, topic, partition: 0 }])
})

test('it goes on with what is yet to come where that is asked for, and says so', async t => {
  const { other, topic, feed, reading } = await truncated(t, 'latest')
  const next = readOn(feed)
  while (reading.notices.length === 0) await feed.source.freshEnd?.()
  await other.write(topic, 0, ['new'])
  assert.deepEqual(await next, ['6 new'])
  assert.equal(feed.position, 7)
  const message =
    'the records at offset 2 are not there: the log begins at 4 now; reading goes on at offset 6'
  assert.deepEqual(reading.notices, [{ message, topic, partition: 0 }])
})

test('the position is known where reading goes on, although nothing is there to be read', async t => {
  const { feed } = await truncated(t, 'latest')
  assert.deepEqual(await readTo(feed, 6), [])
  assert.equal(feed.position, await feed.source.freshEnd?.())
})

for (const onLostPosition of ['fail', 'earliest', 'latest'] as const) {
  test(`a position behind the end, as of a topic that was made anew: ${onLostPosition}`, async t => {
    const [other, reading] = [await OtherClient.open(t, brokers), await KafkaReading.open(t, brokers)]
    const topic = await other.topic('anew')
    await other.write(topic, 0, values(3))
    const feed = await reading.feed(topic, 0, { onLostPosition })
    feed.seek(9)
    if (onLostPosition === 'fail') {
      await assert.rejects(readOn(feed), isLost(topic, 9, /offset 9 are not there: the log ends at 3/))
      return
    }
    const next = readOn(feed)
    while (reading.notices.length === 0) await feed.source.freshEnd?.()
    await other.write(topic, 0, ['new'])
    const expected = onLostPosition === 'earliest' ? ['0 v0', '1 v1', '2 v2'] : ['3 new']
    assert.deepEqual(await next, expected)
    assert.equal(feed.position, onLostPosition === 'earliest' ? 3 : 4)
    assert.equal(reading.notices.length, 1)
  })
}

test('records that expire while others before them are processed are missed, not passed over', async t => {
  const before = limits.fetchBytes
  t.after(() => setLimits({ fetchBytes: before }))
  setLimits({ fetchBytes: 100 })
  const [other, reading] = [await OtherClient.open(t, brokers), await KafkaReading.open(t, brokers)]
  const topic = await other.topic('expiring')
  await other.write(topic, 0, ...values(6).map(value => [value]))
  const feed = await reading.feed(topic, 0)
  const read = await readOn(feed)
  await other.deleteBefore(topic, 0, 6)
  const rest = (async () => {
    for (;;) read.push(...(await readOn(feed)))
  })()
  await assert.rejects(rest, (error: HeadraceError) => isLost(topic, read.length, /begins at 6/)(error))
  assert.deepEqual(
    read,
    values(6)
      .slice(0, read.length)
      .map((value, k) => `${k} ${value}`),
  )
  assert.ok(read.length < 6)
})

test('a topic that is deleted while it is read is an error', async t => {
  const [other, reading] = [await OtherClient.open(t, brokers), await KafkaReading.open(t, brokers)]
  const topic = await other.topic('deleted')
  await other.write(topic, 0, values(2))
  const feed = await reading.feed(topic, 0)
  assert.deepEqual(await readTo(feed, 2), ['0 v0', '1 v1'])
  await other.admin.deleteTopics({ topics: [topic] })
  await assert.rejects(readOn(feed), (error: HeadraceError) => {
    return isHeadraceError(error, 'HR_TOPIC_UNKNOWN') && error.place.topic === topic
  })
})
