import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveNodes } from './kafka/metadata.ts'
import { kafkaCluster } from './kafka-cluster.ts'

test('nodes of a cluster are stopped, killed and started again', async t => {
  const cluster = await kafkaCluster(t)
  const [first] = cluster.brokers
  assert.deepEqual(await liveNodes(first), [1, 2, 3])
  await cluster.stop(2)
  assert.deepEqual(await liveNodes(first), [1, 3])
  await cluster.start(2)
  await cluster.kill(3)
  await cluster.start(3)
  assert.deepEqual(await liveNodes(first), [1, 2, 3])
})
