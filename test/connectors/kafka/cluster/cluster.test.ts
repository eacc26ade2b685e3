import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import { Cluster } from '../../../../connectors/kafka/cluster/cluster.ts'
import { metadata } from '../../../../connectors/kafka/protocol/metadata.ts'
import { limits, setLimits } from '../../../../engine/limits.ts'
import { coded } from '../../../support/kafka-failures.ts'
import { kafka, uniqueName } from '../../../support/services/kafka.ts'

const { brokers } = await kafka()

async function open(t: TestContext): Promise<Cluster> {
  const cluster = await Cluster.open({ brokers }, () => {})
  t.after(() => cluster.close())
  return cluster
}

async function topicOf(partitions: number, topic = uniqueName('cluster')): Promise<string> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true })
  await admin.disconnect()
  return topic
}

describe('Cluster', () => {
  test('topics, partitions and leaders', async t => {
    const cluster = await open(t)
    const topic = await topicOf(3)
    assert.equal(await cluster.partitions(topic), 3)
    const listed = (await cluster.topics()).find(({ name }) => name === topic)
    assert.deepEqual(listed, { name: topic, partitions: 3, internal: false })
    const leader = await cluster.leader(topic, 2)
    assert.ok((await cluster.broker(leader, 'data')).isOpen)
    cluster.forget(topic)
    assert.equal(await cluster.leader(topic, 2), leader)
  })

  test('topics and partitions that are not there', async t => {
    const cluster = await open(t)
    const topic = await topicOf(1)
    const nowhere = uniqueName('nowhere')
    const { kafkaTopicMs } = limits
    t.after(() => setLimits({ kafkaTopicMs }))
    setLimits({ kafkaTopicMs: 100 })
    assert.equal(await cluster.partitions(nowhere), undefined)
    await assert.rejects(
      cluster.leader(nowhere, 0),
      coded('HR_TOPIC_UNKNOWN', new RegExp(`no topic ${nowhere}`)),
    )
    await assert.rejects(
      cluster.leader(topic, 1),
      coded('HR_TOPIC_UNKNOWN', /has 1 partitions, and no partition 1/),
    )
    assert.equal(await cluster.partitions(nowhere), undefined, 'asking has created it')
    await assert.rejects(cluster.partitions('no/name'), coded('HR_KAFKA_REFUSED', /INVALID_TOPIC_EXCEPTION/))
  })

  test('a topic that comes into being while its leader is asked for', async t => {
    const cluster = await open(t)
    const topic = uniqueName('cluster')
    const [leader] = await Promise.all([cluster.leader(topic, 0), topicOf(1, topic)])
    assert.ok(leader >= 0)
  })

  test('coordinators and the controller', async t => {
    const cluster = await open(t)
    const group = uniqueName('group')
    const node = await cluster.coordinator('group', group)
    assert.ok((await cluster.broker(node, 'group')).isOpen)
    cluster.forgetCoordinator('group', group)
    assert.equal(await cluster.coordinator('group', group), node)
    const keeper = await cluster.coordinator('transaction', uniqueName('transaction'))
    assert.ok((await cluster.broker(keeper, 'data')).isOpen)
    assert.ok((await cluster.controller()).isOpen)
  })

  test('one connection for each purpose, opened again when it has ended', async t => {
    const cluster = await open(t)
    const node = await cluster.coordinator('group', uniqueName('group'))
    const [one, same, fetching] = await Promise.all([
      cluster.broker(node, 'data'),
      cluster.broker(node, 'data'),
      cluster.broker(node, 'fetch'),
    ])
    assert.equal(one, same)
    assert.notEqual(one, fetching)
    one.close()
    const another = await cluster.broker(node, 'data')
    assert.notEqual(another, one)
    assert.ok((await another.send(metadata([]))).brokers.length > 0)
    assert.ok(fetching.isOpen)
  })

  test('closing ends every connection, and nothing is opened after', async () => {
    const cluster = await Cluster.open({ brokers }, () => {})
    const connection = await cluster.any()
    await cluster.close()
    assert.equal(connection.isOpen, false)
    const closed = coded('HR_KAFKA_UNREACHABLE', /are closed/)
    await assert.rejects(cluster.any(), closed)
    await assert.rejects(cluster.leader('topic', 0), closed)
    await assert.rejects(cluster.coordinator('group', 'group'), closed)
  })

  test('a broker that is not in the cluster', async t => {
    const cluster = await open(t)
    await assert.rejects(cluster.broker(4711, 'data'), /broker 4711: it is not in the cluster at present/)
  })
})

describe('Reaching a cluster', () => {
  test('one address of several is enough', async t => {
    const cluster = await Cluster.open({ brokers: ['127.0.0.1:1', ...brokers] }, () => {})
    t.after(() => cluster.close())
    assert.ok((await cluster.controller()).isOpen)
  })

  test('nobody there: said after a second, an error at the end', async t => {
    const { kafkaBootstrapMs } = limits
    t.after(() => setLimits({ kafkaBootstrapMs }))
    setLimits({ kafkaBootstrapMs: 1500 })
    const notices: string[] = []
    const nobody = Cluster.open({ brokers: ['127.0.0.1:1'] }, ({ message }) => notices.push(message))
    await assert.rejects(
      nobody,
      coded('HR_KAFKA_UNREACHABLE', /reaching Kafka at 127\.0\.0\.1:1 .*ECONNREFUSED/),
    )
    assert.equal(notices.length, 1)
  })

  for (const address of [
    'localhost',
    'localhost:',
    ':9092',
    'localhost:0',
    'localhost:70000',
    'a b:1',
    '::1:9092',
  ]) {
    test(`${JSON.stringify(address)} is no address`, () =>
      assert.rejects(
        Cluster.open({ brokers: [address] }, () => {}),
        coded('HR_CONFIG_INVALID', /brokers: ".*" is not of the form host:port/),
      ))
  }
})
