import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { KafkaPlace } from '../../cli/place/kafka-place.ts'
import type { StoreOptions } from '../../cli/stores.ts'
import { Cluster } from '../../connectors/kafka/cluster/cluster.ts'
import { offsetAt } from '../../connectors/kafka/source/ask-leader.ts'
import { seed } from '../support/property.ts'
import { kafkaCluster } from '../support/services/kafka-cluster.ts'
import { until } from '../support/services/until.ts'
import { chaosSubject } from './chaos-subject.ts'
import type { Engine } from './kafka/engine.ts'
import type { EngineOptions } from './kafka/engine-words.ts'
import { Engines } from './kafka/engines.ts'
import { InputFeed } from './kafka/input-feed.ts'
import { kafkaOutcome, referenceOutcome } from './kafka/outcome.ts'
import { firstDifference } from './outputs.ts'
import { embeddedStores } from './stored.ts'

const SESSION_MS = 1500

/** Two engines that share the job on a broker of their own, over input that does not end before `finish`. */
class Scene {
  readonly brokers: readonly string[]
  private readonly stores: StoreOptions
  readonly engines: Engines
  readonly zombie: Engine
  readonly other: Engine
  private readonly feed: InputFeed
  private readonly logDir: string

  static async open(t: TestContext, commitEveryMs: number): Promise<Scene> {
    t.diagnostic(`HEADRACE_SEED=${seed}`)
    const directory = mkdtempSync(path.join(tmpdir(), 'headrace-zombie-'))
    const { brokers } = await kafkaCluster(t, { nodes: 1 })
    const input = chaosSubject.input(seed)
    const stores = embeddedStores(directory, 'never')
    const options = {
      subject: 'chaos' as const,
      brokers,
      stores,
      workers: 1,
      commitEveryMs,
      sessionMs: SESSION_MS,
      transactionMs: 30_000,
    }
    const engines = new Engines(directory, () => options)
    // In this order: the first one that fails is the last one to be called, and engines that live on hold the test.
    t.after(() => engines.end())
    const logDir = path.join(directory, 'reference')
    const feed = await InputFeed.open(brokers, logDir, chaosSubject, input, () => {})
    t.after(() => feed.close())
    t.after(() => rmSync(directory, { recursive: true, force: true }))
    return new Scene(options, engines, feed, logDir)
  }

  private constructor(
    { brokers, stores }: Pick<EngineOptions, 'brokers' | 'stores'>,
    engines: Engines,
    feed: InputFeed,
    logDir: string,
  ) {
    this.brokers = brokers
    this.stores = stores
    this.engines = engines
    this.feed = feed
    this.logDir = logDir
    this.zombie = engines.seat(0)
    this.other = engines.seat(1)
    feed.run().catch(error => engines.fail(error))
  }

  until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    return this.engines.unlessFailing(until(what, isSo, { timeoutMs: 60_000 }))
  }

  bothAtWork(): Promise<void> {
    const before = [this.zombie, this.other].map(({ progress }) => progress.commits)
    return this.until('engines that both commit', () =>
      [this.zombie, this.other].every(({ progress }, index) => progress.commits > before[index] + 5),
    )
  }

  /** The group has given everything to the other one, which has committed all of it at least once. */
  async tasksMoved(): Promise<void> {
    const place = await KafkaPlace.open({ brokers: this.brokers }, () => {})
    try {
      await this.until('group of one', async () => (await place.workers(chaosSubject.job.name)).length === 1)
    } finally {
      await place.close()
    }
    const { commits } = this.other.progress
    await this.until('other that commits', () => this.other.progress.commits > commits + 20)
  }

  /** None lost, none twice, as Java's consumer sees it. */
  async finish(): Promise<void> {
    await this.feed.finish()
    await this.engines.finish()
    const outcome = await kafkaOutcome(chaosSubject, this.brokers, this.stores)
    const difference = firstDifference(outcome, await referenceOutcome(chaosSubject, this.logDir))
    assert.equal(difference, undefined)
  }
}

/** Whether records lie in the topic whose transaction has not ended. */
async function isWithinTransaction(cluster: Cluster, topic: string): Promise<boolean> {
  for (let partition = 0; partition < chaosSubject.partitions; partition++) {
    const place = { topic, partition }
    const stable = await offsetAt(cluster, place, 'latest', 'stable')
    if ((await offsetAt(cluster, place, 'latest', 'all')) > stable) return true
  }
  return false
}

test('an engine that freezes within a transaction and wakes when its tasks have moved writes nothing more, says so and joins again', async t => {
  const scene = await Scene.open(t, 500)
  const { brokers, engines, zombie, other } = scene
  await scene.bothAtWork()
  // Alone, so that what is open is the zombie's.
  await engines.at(1, () => other.stop())
  const cluster = await Cluster.open({ brokers }, () => {})
  t.after(() => cluster.close())
  await scene.until('transaction that is open while the engine is paused', async () => {
    zombie.pause()
    if (await isWithinTransaction(cluster, 'recent')) return true
    zombie.resume()
    // With pauses alone it would come to nothing: its transactions would be given up before they are committed.
    const { commits } = zombie.progress
    await scene.until('engine that commits between two pauses', () => zombie.progress.commits > commits)
    return false
  })
  const successor = engines.seat(1)
  await scene.until('successor at work', () => successor.progress.commits > 20)
  const { commits, generation } = zombie.progress
  zombie.resume()
  await scene.until('zombie that knows', () =>
    zombie.notes.some(note => note.includes('our tasks are given up')),
  )
  await scene.until(
    'zombie that works again',
    () => zombie.progress.generation > generation && zombie.progress.commits > commits + 5,
  )
  await scene.finish()
})

test('an engine that the group takes for dead while it works on is fenced task by task, and joins again', async t => {
  const scene = await Scene.open(t, 20)
  const { zombie } = scene
  await scene.bothAtWork()
  const { generation } = zombie.progress
  zombie.block(4 * SESSION_MS)
  await scene.tasksMoved()
  await scene.until('zombie that knows', () =>
    zombie.notes.some(note => note.includes('our tasks are given up')),
  )
  const { commits } = zombie.progress
  await scene.until(
    'zombie that works again',
    () => zombie.progress.generation > generation && zombie.progress.commits > commits + 5,
  )
  await scene.finish()
})
