import type { TestContext } from 'node:test'
import type { KafkaHomeOptions } from '../../connectors/kafka/config.ts'
import { KafkaHome } from '../../connectors/kafka/home.ts'
import { noticeText } from '../../connectors/kafka/notice-text.ts'
import { Producer } from '../../connectors/kafka/producer/producer.ts'
import { ownIdentity } from '../../connectors/kafka/producer/producer-id.ts'
import { createTopic } from '../../connectors/kafka/state/create-topic.ts'
import { kafkaWorkers } from '../../connectors/kafka/worker-entry.ts'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { MemoryStores } from '../../connectors/memory/stores.ts'
import type { Job, Topic } from '../../engine/index.ts'
import { RecordFeed } from '../../engine/io/record-feed.ts'
import { RowWriter } from '../../engine/io/row-writer.ts'
import { JobRun } from '../../engine/run.ts'
import { SharedRun } from '../../engine/shared/shared-run.ts'
import type { Stores } from '../../engine/stores/stores.ts'
import { topicSpec } from '../../engine/topic.ts'
import type { Click } from './prefixed-jobs.ts'
import * as jobs from './prefixed-jobs.ts'
import { randomFrom } from './random.ts'
import { javaConsume } from './services/java-consume.ts'
import { kafka, uniqueName } from './services/kafka.ts'

const { clicksOf, namesOf } = jobs

export const PARTITIONS = 4
const random = randomFrom(Number(process.env.HEADRACE_SEED ?? 7))
export const rows: Click[] = Array.from({ length: 20_000 }, (_, i) => ({
  at: i + Math.floor(random() * 20),
  user: `user ${Math.floor(random() * 300)}`,
  item: Math.floor(random() * 20),
  value: Math.floor(random() * 1000),
}))
const names = Array.from({ length: 600 }, (_, i) => ({
  user: `user ${i % 300}`,
  at: i * 40,
  name: `name ${i}`,
}))
const module = new URL('./prefixed-jobs.ts', import.meta.url).href

type JobName = 'windows' | 'kept' | 'sessions' | 'named' | 'moved' | 'passed'
const makers: Readonly<Record<JobName, (prefix: string) => Job>> = jobs

/** A job with topics of its own on the broker. */
export class KafkaPlace {
  readonly prefix = uniqueName('jobs')
  readonly notes: string[] = []
  readonly brokers: readonly string[]
  readonly home: KafkaHome
  private readonly t: TestContext
  private readonly name: JobName

  static async open(
    t: TestContext,
    name: JobName,
    options: Partial<KafkaHomeOptions> = {},
  ): Promise<KafkaPlace> {
    const { brokers } = await kafka()
    const home = await KafkaHome.open({ brokers, ...options }, () => {})
    t.after(() => home.close())
    return new KafkaPlace(t, name, brokers, home)
  }

  private constructor(t: TestContext, name: JobName, brokers: readonly string[], home: KafkaHome) {
    this.t = t
    this.name = name
    this.brokers = brokers
    this.home = home
  }

  get job(): Job {
    return makers[this.name](this.prefix)
  }

  async topic(name: string, partitions = PARTITIONS): Promise<void> {
    const topic = { topic: `${this.prefix}.${name}`, partitions, replicationFactor: -1 }
    await createTopic(this.home.cluster, { ...topic, config: { 'retention.ms': '-1' } })
  }

  async write<T>(topic: Topic<T>, some: readonly T[]): Promise<void> {
    const { cluster } = this.home
    const identity = await ownIdentity(cluster, {})
    const producer = new Producer(cluster, { identity, admit: () => {} }, {})
    const spec = topicSpec(topic)
    const partitions = (await this.home.partitions(spec.name)) ?? 0
    const writer = new RowWriter(spec, 'at', partitions, producer)
    for (let from = 0; from < some.length; from += 500) {
      writer.write(some.slice(from, from + 500))
      await writer.flush()
    }
    writer.close()
    await producer.drained()
  }

  async fill(): Promise<this> {
    await this.topic('clicks')
    if (this.name === 'named') {
      await this.topic('names')
      await this.write(namesOf(this.prefix), names)
    }
    await this.write(clicksOf(this.prefix), rows)
    await this.topic('out')
    return this
  }

  async open(workers = 0, options: Partial<KafkaHomeOptions> = {}, stores?: Stores): Promise<SharedRun> {
    const homeOptions = { brokers: this.brokers, ...options }
    const home = await KafkaHome.open(homeOptions, notice => this.notes.push(noticeText(notice)))
    this.t.after(() => home.close())
    const run = await SharedRun.open(this.job, {
      home,
      stores,
      commitEveryMs: 20,
      notify: note => this.notes.push(note),
      ...(workers > 0 && {
        threads: {
          workers,
          entry: kafkaWorkers(homeOptions),
          jobModule: { module, export: this.name, args: [this.prefix] },
        },
      }),
    })
    this.t.after(() => run.close())
    return run
  }

  async runToEnd(workers = 0, options: Partial<KafkaHomeOptions> = {}): Promise<SharedRun> {
    const run = await this.open(workers, options)
    await run.work(new AbortController().signal, true)
    return run
  }

  /** What Java's consumer finds, of committed transactions alone. */
  async output(): Promise<string[]> {
    const found = await javaConsume(this.brokers, `${this.prefix}.out`)
    return found
      .map(({ partition, timestamp, key, value }) => `${partition} ${timestamp} ${key} ${value}`)
      .sort()
  }

  /** What one run in memory writes, without any of what is to be tested. */
  async expected(): Promise<string[]> {
    const home = new MemoryHome()
    const put = async <T>(topic: Topic<T>, some: readonly T[]) => {
      const { name } = topicSpec(topic)
      await home.createTopic(name, PARTITIONS)
      const append = (_: string, partition: number, batch: Uint8Array) => {
        home.partition(name, partition).append(batch)
        home.partition(name, partition).publish()
      }
      const writer = new RowWriter(topicSpec(topic), 'at', PARTITIONS, { append })
      writer.write(some)
      await writer.flush()
      writer.close()
    }
    if (this.name === 'named') await put(namesOf(this.prefix), names)
    await put(clicksOf(this.prefix), rows)
    await home.createTopic(`${this.prefix}.out`, PARTITIONS)
    const run = await JobRun.open(this.job, { home, stores: new MemoryStores() })
    await run.work(new AbortController().signal, true)
    await run.close()
    return readAll(home, `${this.prefix}.out`)
  }
}

async function readAll(home: MemoryHome, topic: string): Promise<string[]> {
  const found: string[] = []
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const feed = new RecordFeed(await home.openSource(topic, partition), topic, partition)
    feed.seek(0)
    while (await feed.fill()) {
      const { bytes, keyStart, keyEnd, valueStart, valueEnd, timestamp, count } = feed.spans
      const text = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString()
      for (let row = 0; row < count; row++) {
        const key = text(keyStart[row], keyEnd[row])
        found.push(`${partition} ${timestamp[row]} ${key} ${text(valueStart[row], valueEnd[row])}`)
      }
    }
  }
  return found.sort()
}
