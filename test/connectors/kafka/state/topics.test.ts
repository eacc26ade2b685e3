import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Cluster } from '../../../../connectors/kafka/cluster/cluster.ts'
import { createTopic, topicFor } from '../../../../connectors/kafka/state/create-topic.ts'
import { prepareTopics } from '../../../../connectors/kafka/state/topics.ts'
import type { SharedTask } from '../../../../engine/home.ts'
import { coded } from '../../../support/kafka-failures.ts'
import { OtherClient } from '../../../support/kafkajs-client.ts'
import { kafka, uniqueName } from '../../../support/services/kafka.ts'

let brokers: readonly string[]
before(async () => {
  brokers = (await kafka()).brokers
})

async function open(t: import('node:test').TestContext) {
  const cluster = await Cluster.open({ brokers }, () => {})
  t.after(() => cluster.close())
  return { cluster, job: uniqueName('prepared'), other: await OtherClient.open(t, brokers) }
}

function tasks(stage: number, count: number, stateful: boolean): SharedTask[] {
  return Array.from({ length: count }, (_, partition) => {
    return { name: `${stage}-${partition}`, stage, partition, inputs: ['clicks', 'users'], stateful }
  })
}

async function configOf(other: OtherClient, name: string, keys: readonly string[]) {
  const { resources } = await other.admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: 2, name }],
  })
  const found = new Map(resources[0].configEntries.map(entry => [entry.configName, entry.configValue]))
  return keys.map(key => found.get(key))
}

test('state and marks get topics that keep their records until we delete them, however often it is asked', async t => {
  const { cluster, job, other } = await open(t)
  const all = [...tasks(0, 3, true), ...tasks(1, 2, false)]
  await Promise.all([prepareTopics(cluster, job, all), prepareTopics(cluster, job, all)])
  await prepareTopics(cluster, job, all)
  assert.equal(await cluster.partitions(`${job}.state.0`), 3)
  assert.equal(await cluster.partitions(`${job}.state.1`), 2)
  assert.equal(await cluster.partitions(`${job}.marks`), 1)
  const keys = ['cleanup.policy', 'retention.ms', 'retention.bytes']
  for (const topic of ['state.0', 'marks']) {
    assert.deepEqual(await configOf(other, `${job}.${topic}`, keys), ['delete', '-1', '-1'])
  }
})

test('a stage without state grows with its input, also from several processes at once', async t => {
  const { cluster, job } = await open(t)
  await prepareTopics(cluster, job, tasks(0, 2, false))
  await Promise.all([1, 2].map(() => prepareTopics(cluster, job, tasks(0, 5, false))))
  assert.equal(await cluster.partitions(`${job}.state.0`), 5)
})

test('where keys would have moved away from their state, or partitions are gone, it is an error', async t => {
  const { cluster, job } = await open(t)
  await prepareTopics(cluster, job, tasks(0, 2, true))
  const grown = coded(
    'HR_STATE_INCOMPATIBLE',
    /state for 2 partitions.*clicks, users has 3.*keys have moved.*headrace reset/,
  )
  await assert.rejects(prepareTopics(cluster, job, tasks(0, 3, true)), grown)
  const fewer = coded(
    'HR_STATE_INCOMPATIBLE',
    /state for 2 partitions.*has 1: it was made anew.*topic of 2 partitions/,
  )
  for (const stateful of [true, false]) {
    await assert.rejects(prepareTopics(cluster, job, tasks(0, 1, stateful)), fewer)
  }
  assert.equal(await cluster.partitions(`${job}.state.0`), 2)
})

test('topics are made as the job and the deployment ask for, and only once', async t => {
  const { cluster, job, other } = await open(t)
  const options = {
    createTopics: { partitions: 4, config: { 'retention.ms': '5000' } },
    replicationFactor: 1,
  }
  for (const role of ['output', 'dead-letter', 'audit', 'repartition'] as const) {
    await createTopic(cluster, topicFor(role, `${job}-${role}`, 2, options))
  }
  assert.equal(await cluster.partitions(`${job}-output`), 4)
  assert.equal(await cluster.partitions(`${job}-dead-letter`), 2)
  assert.equal(await cluster.partitions(`${job}-audit`), 2)
  assert.equal(await cluster.partitions(`${job}-repartition`), 2)
  assert.deepEqual(await configOf(other, `${job}-output`, ['retention.ms']), ['5000'])
  assert.deepEqual(await configOf(other, `${job}-dead-letter`, ['retention.ms']), ['5000'])
  assert.deepEqual(await configOf(other, `${job}-audit`, ['retention.ms']), ['5000'])
  assert.deepEqual(await configOf(other, `${job}-repartition`, ['retention.ms']), ['-1'])
  // Event times may be in the future: Kafka's default is to refuse those of more than an hour.
  for (const role of ['output', 'dead-letter', 'audit', 'repartition'] as const) {
    const producer = await other.producer()
    const timestamp = String(Date.now() + 1e9)
    await producer.send({ topic: `${job}-${role}`, messages: [{ value: 'later', timestamp, partition: 0 }] })
  }
  await assert.rejects(
    createTopic(cluster, topicFor('output', `${job}-output`, 2, {})),
    coded('HR_TOPIC_EXISTS', /-output/),
  )
  const copies = topicFor('output', `${job}-copies`, 1, { replicationFactor: 77 })
  await assert.rejects(
    createTopic(cluster, copies),
    coded('HR_KAFKA_REFUSED', /INVALID_REPLICATION_FACTOR.*77/),
  )
})
