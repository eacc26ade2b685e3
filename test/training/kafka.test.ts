import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { ShopFeed } from '../../cli/demo/shop-feed.ts'
import { KafkaPlace } from '../../cli/place/kafka-place.ts'
import { ShopGenerator } from '../../jobs/clickstream/shop-generator.ts'
import { KafkaCluster } from '../support/services/kafka/cluster.ts'
import { root } from '../support/source-tree.ts'

test('models are trained from the clicks and purchases in Kafka', async t => {
  const directory = mkdtempSync(path.join(tmpdir(), 'headrace-train-'))
  const cluster = await KafkaCluster.start(1)
  t.after(async () => {
    await cluster.end()
    rmSync(directory, { recursive: true })
  })
  const place = await KafkaPlace.open(
    { brokers: cluster.brokers, createTopics: { config: { 'retention.ms': '-1' } } },
    () => {},
  )
  for (const topic of ['clicks', 'purchases']) await place.createTopic(topic, 2)
  const generator = new ShopGenerator({
    seed: 2,
    startMs: Date.UTC(2026, 0, 1),
    perSecond: 3000,
    bursts: false,
  })
  const feed = await ShopFeed.open(generator, place)
  await feed.append(90_000)
  await feed.close()
  await place.close()
  const args = ['--brokers', cluster.brokers.join(','), '--budget', '0.01', '--out', directory, '--json']
  const trained = JSON.parse(
    execFileSync(process.execPath, [`${root}training/main.ts`, ...args], { encoding: 'utf8' }),
  )
  assert.ok(trained.anomaly.rows > 10_000)
  assert.ok(trained.recommend.rows > 4000)
  assert.deepEqual([trained.anomaly.serves, trained.recommend.serves], [true, true])
})
