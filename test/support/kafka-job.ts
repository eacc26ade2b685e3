import type { TestContext } from 'node:test'
import { Cluster } from '../../connectors/kafka/cluster/cluster.ts'
import type { Notice } from '../../connectors/kafka/config.ts'
import { createTopic } from '../../connectors/kafka/state/create-topic.ts'
import { prepareTopics } from '../../connectors/kafka/state/topics.ts'
import type { TaskHomeOptions } from '../../connectors/kafka/task-home.ts'
import { KafkaTaskHome } from '../../connectors/kafka/task-home.ts'
import type { CheckpointRecord, JobHome, Position, SharedTask } from '../../engine/home.ts'
import { KafkaReading, readTo } from './kafka-reading.ts'
import { kafka, uniqueName } from './services/kafka.ts'
import { until } from './services/until.ts'
import { batchOfTexts } from './text-records.ts'

export const delta = (text: string): CheckpointRecord => ({ kind: 'delta', payload: Buffer.from(text) })
export const snapshot = (text: string): CheckpointRecord => ({ kind: 'snapshot', payload: Buffer.from(text) })

export function restored(home: JobHome): string[] {
  return [...home.restore()].map(({ kind, payload }) => `${kind} ${Buffer.from(payload)}`)
}

/** A job of one stage on a real broker, with topics `in` and `out` of its own, whose tasks a test opens and drives. */
export class KafkaJob {
  readonly brokers: readonly string[]
  readonly cluster: Cluster
  readonly reading: KafkaReading
  readonly name = uniqueName('job')
  readonly in = `${this.name}-in`
  readonly out = `${this.name}-out`
  readonly tasks: readonly SharedTask[]
  private readonly t: TestContext

  static async start(t: TestContext, partitions = 1, brokers?: readonly string[]): Promise<KafkaJob> {
    const found = brokers ?? (await kafka()).brokers
    const notices: Notice[] = []
    const cluster = await Cluster.open({ brokers: found }, notice => notices.push(notice))
    t.after(() => cluster.close())
    const job = new KafkaJob(t, found, cluster, new KafkaReading(t, cluster, notices), partitions)
    await job.topic(job.in, partitions)
    await job.topic(job.out, partitions)
    await prepareTopics(cluster, job.name, job.tasks)
    return job
  }

  private constructor(
    t: TestContext,
    brokers: readonly string[],
    cluster: Cluster,
    reading: KafkaReading,
    partitions: number,
  ) {
    this.t = t
    this.brokers = brokers
    this.cluster = cluster
    this.reading = reading
    this.tasks = Array.from({ length: partitions }, (_, partition) => {
      const inputs = [this.in]
      return { name: `0-${partition}`, stage: 0, partition, inputs, stateful: true }
    })
  }

  topic(topic: string, partitions: number, config: Readonly<Record<string, string>> = {}): Promise<void> {
    return createTopic(this.cluster, { topic, partitions, replicationFactor: -1, config })
  }

  async open(options: Partial<TaskHomeOptions> = {}): Promise<JobHome> {
    const parts = { job: this.name, task: this.tasks[0], outputs: [this.out], ...options }
    const home = await KafkaTaskHome.open(this.cluster, this.reading.fetchers, parts)
    this.t.after(() => home.close())
    return home
  }

  /** What a reader of committed records finds in a partition once no transaction is open there. */
  async committed(topic: string = this.out, partition = 0): Promise<string[]> {
    const source = await this.reading.source(topic, partition)
    await until(
      'end of the transactions',
      async () => (await source.freshEnd()) === (await source.freshEnd('all')),
    )
    source.close()
    const feed = await this.reading.feed(topic, partition)
    const found = await readTo(feed, feed.source.endOffset())
    feed.source.close()
    return found.map(line => line.slice(line.indexOf(' ') + 1))
  }

  at(offset: number, partition = 0): Position {
    return { topic: this.in, partition, offset }
  }
}

/** One commit with `texts` as output. */
export async function write(
  job: KafkaJob,
  home: JobHome,
  record: CheckpointRecord,
  ...texts: string[]
): Promise<void> {
  if (texts.length > 0) await home.append(job.out, 0, batchOfTexts(texts))
  await home.commit(record, [])
}
