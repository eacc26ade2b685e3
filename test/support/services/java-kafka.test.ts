import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import type { ConsumedRecord } from './java-consume.ts'
import { javaConsume } from './java-consume.ts'
import { javaProducers } from './java-producers.ts'
import { kafka, uniqueName } from './kafka.ts'

test('what Java produces, Java consumes: committed, or all', async t => {
  const { brokers } = await kafka()
  const topic = uniqueName('java')
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] })
  await admin.disconnect()

  const open = await javaProducers(t, brokers)
  const plain = await open({ 'compression.type': 'zstd' })
  const record = {
    partition: 1,
    timestamp: 5,
    key: 'k',
    value: null,
    headers: [
      ['ä', Buffer.of(255)],
      ['none', null],
    ],
  } as const
  assert.deepEqual(await plain.send(topic, [record]), [0])
  const one = await open({ 'transactional.id': uniqueName('one') })
  const two = await open({ 'transactional.id': uniqueName('two') })
  await one.begin()
  await two.begin()
  await one.send(topic, [{ partition: 0, value: 'aborted' }])
  await two.send(topic, [{ partition: 0, value: 'committed' }])
  await one.abort()
  await two.commit()
  await one.begin()
  await one.send(topic, [{ partition: 0, value: 'open' }])
  await assert.rejects(two.commit(), /IllegalState/)

  const committed = await javaConsume(brokers, topic)
  assert.deepEqual(committed.map(textOf), ['committed', undefined])
  const { value, headers } = committed[1]
  assert.equal(value, null)
  assert.deepEqual(headers, [
    ['ä', Buffer.of(255)],
    ['none', null],
  ])
  const all = await javaConsume(brokers, topic, { committed: false })
  assert.deepEqual(all.map(textOf), ['aborted', 'committed', 'open', undefined])
  assert.deepEqual(
    all.map(({ partition, offset }) => [partition, offset]),
    [
      [0, 0],
      [0, 1],
      [0, 4],
      [1, 0],
    ],
  )
})

function textOf({ value }: ConsumedRecord): string | undefined {
  return value?.toString()
}
