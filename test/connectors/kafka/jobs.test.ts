import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { after, test } from 'node:test'
import type { KafkaHomeOptions } from '../../../connectors/kafka/config.ts'
import { KafkaHome } from '../../../connectors/kafka/home.ts'
import { noticeText } from '../../../connectors/kafka/notice-text.ts'
import { Producer } from '../../../connectors/kafka/producer/producer.ts'
import { ownIdentity } from '../../../connectors/kafka/producer/producer-id.ts'
import { createTopic, growTopic } from '../../../connectors/kafka/state/create-topic.ts'
import { kafkaWorkers } from '../../../connectors/kafka/worker-entry.ts'
import { MemoryHome } from '../../../connectors/memory/home.ts'
import type { Job, Topic } from '../../../engine/index.ts'
import { RecordFeed } from '../../../engine/io/record-feed.ts'
import { RowWriter } from '../../../engine/io/row-writer.ts'
import { limits, setLimits } from '../../../engine/limits.ts'
import { JobRun } from '../../../engine/run.ts'
import { SharedRun } from '../../../engine/shared/shared-run.ts'
import { topicSpec } from '../../../engine/topic.ts'
import type { Click } from '../../support/prefixed-jobs.ts'
import * as jobs from '../../support/prefixed-jobs.ts'
import { randomFrom } from '../../support/random.ts'
import { javaConsume } from '../../support/services/java-consume.ts'
import { kafka, uniqueName } from '../../support/services/kafka.ts'
import { until } from '../../support/services/until.ts'

const { clicksOf, namesOf } = jobs
const PARTITIONS = 4
const random = randomFrom(Number(process.env.HEADRACE_SEED ?? 7))
const rows: Click[] = Array.from({ length: 20_000 }, (_, i) => ({
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
const module = new URL('../../support/prefixed-jobs.ts', import.meta.url).href

const { topicsCheckMs } = limits
after(() => setLimits({ topicsCheckMs }))

type JobName = 'windows' | 'sessions' | 'named' | 'moved' | 'passed'
const makers: Readonly<Record<JobName, (prefix: string) => Job>> = jobs

/** A job with topics of its own on the broker. */
class Place {
  readonly prefix = uniqueName('jobs')
  readonly notes: string[] = []
  readonly brokers: readonly string[]
  readonly home: KafkaHome
  private readonly t: TestContext
  private readonly name: JobName

  static async open(t: TestContext, name: JobName, options: Partial<KafkaHomeOptions> = {}): Promise<Place> {
    const { brokers } = await kafka()
    const home = await KafkaHome.open({ brokers, ...options }, () => {})
    t.after(() => home.close())
    return new Place(t, name, brokers, home)
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

  async open(workers = 0, options: Partial<KafkaHomeOptions> = {}): Promise<SharedRun> {
    const homeOptions = { brokers: this.brokers, ...options }
    const home = await KafkaHome.open(homeOptions, notice => this.notes.push(noticeText(notice)))
    this.t.after(() => home.close())
    const run = await SharedRun.open(this.job, {
      home,
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
    const run = await JobRun.open(this.job, { home })
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

class Member {
  readonly run: SharedRun
  private readonly stop = new AbortController()
  private readonly working: Promise<void>

  static async join(t: TestContext, place: Place): Promise<Member> {
    const member = new Member(await place.open(0, { sessionTimeoutMs: 6000 }))
    t.after(() => member.die())
    return member
  }

  private constructor(run: SharedRun) {
    this.run = run
    this.working = run.work(this.stop.signal)
  }

  async leave(): Promise<void> {
    this.stop.abort()
    await this.working
  }

  /** Nothing more is committed. */
  async die(): Promise<void> {
    await this.run.close()
    await this.leave()
  }
}

const read = (run: SharedRun) => run.counts().inputs.clicks?.read ?? 0

for (const name of ['windows', 'sessions', 'named', 'moved'] as const) {
  test(`${name}: two worker threads write to Kafka what one run writes in memory`, async t => {
    const place = await (await Place.open(t, name)).fill()
    const run = await place.runToEnd(2)
    assert.deepEqual(await place.output(), await place.expected())
    assert.equal(read(run), rows.length)
    assert.deepEqual(place.notes, [])
  })
}

test('a process that joins gets its part, one that leaves gives its back, one that dies loses it', async t => {
  const place = await Place.open(t, 'windows')
  await place.topic('clicks')
  await place.topic('out')
  let written = 0
  const write = async () => {
    await place.write(clicksOf(place.prefix), rows.slice(written, written + 5000))
    written += 5000
  }
  const first = await Member.join(t, place)
  await write()
  await until('the first to have read all', () => read(first.run) === 5000)
  const second = await Member.join(t, place)
  await until('the second to have its part', () => second.run.tasks.length === 2)
  await write()
  await until('both to have read their part', () => read(first.run) + read(second.run) === 10_000)
  assert.ok(read(second.run) > 1000)
  await first.leave()
  await write()
  await until('the second to have read the rest', () => read(first.run) + read(second.run) === 15_000)
  await second.die()
  await write()
  await place.runToEnd()
  assert.deepEqual(await place.output(), await place.expected())
})

test('at least once: nothing is lost, and the group knows the positions', async t => {
  const place = await (await Place.open(t, 'windows')).fill()
  const run = await place.runToEnd(1, { guarantee: 'at-least-once' })
  assert.deepEqual(await place.output(), await place.expected())
  assert.equal(read(run), rows.length)
  assert.deepEqual(place.notes, [])
})

test('an output topic that is missing is an error before anything is read, unless topics may be made', async t => {
  const place = await Place.open(t, 'passed')
  await place.topic('clicks')
  await place.write(clicksOf(place.prefix), rows.slice(0, 10))
  await assert.rejects(place.open(), /HR_TOPIC_UNKNOWN: .*createTopics.*\.out/)
  await place.runToEnd(0, { createTopics: { partitions: 2 } })
  assert.equal(await place.home.partitions(`${place.prefix}.out`), 2)
  assert.equal((await place.output()).length, 10)
})

test('a new job begins at the end where it is told so, and goes on from there when it is opened again', async t => {
  const place = await Place.open(t, 'passed')
  await place.topic('clicks')
  await place.topic('out')
  await place.write(clicksOf(place.prefix), rows.slice(0, 100))
  await place.runToEnd(0, { startFrom: 'latest' })
  await place.write(clicksOf(place.prefix), rows.slice(100, 130))
  await place.runToEnd(0, { startFrom: 'latest' })
  assert.equal((await place.output()).length, 30)
})

test('partitions that a topic gets are read by a job without state', async t => {
  setLimits({ topicsCheckMs: 50 })
  const place = await Place.open(t, 'passed')
  await place.topic('clicks', 1)
  await place.topic('out')
  await place.write(clicksOf(place.prefix), rows.slice(0, 100))
  const run = await place.open()
  const stop = new AbortController()
  const working = run.work(stop.signal)
  await until('the first rows', () => read(run) === 100)
  await growTopic(place.home.cluster, `${place.prefix}.clicks`, 3)
  await place.write(clicksOf(place.prefix), rows.slice(100, 400))
  await until('the rows in all partitions', () => read(run) === 400)
  stop.abort()
  await working
  assert.equal((await place.output()).length, 400)
  assert.match(place.notes.join('\n'), /more partitions/)
})

test('a job with state says that its keys have moved when a topic gets partitions, and stops', async t => {
  setLimits({ topicsCheckMs: 50 })
  const place = await (await Place.open(t, 'windows')).fill()
  const run = await place.open()
  const working = run.work(new AbortController().signal)
  await until('some rows', () => read(run) > 0)
  await growTopic(place.home.cluster, `${place.prefix}.clicks`, PARTITIONS + 1)
  await assert.rejects(working, /HR_STATE_INCOMPATIBLE/)
})
