import { groupPositions, viewGroup } from '../../connectors/kafka/admin/groups.ts'
import { viewOffsets } from '../../connectors/kafka/admin/offsets.ts'
import { viewConfigs, viewSizes, viewTopics } from '../../connectors/kafka/admin/topics.ts'
import { Cluster } from '../../connectors/kafka/cluster/cluster.ts'
import type { KafkaHomeOptions, Notify } from '../../connectors/kafka/config.ts'
import { Producer } from '../../connectors/kafka/producer/producer.ts'
import { ownIdentity } from '../../connectors/kafka/producer/producer-id.ts'
import type { TopicMetadata } from '../../connectors/kafka/protocol/metadata.ts'
import { Fetchers } from '../../connectors/kafka/source/fetchers.ts'
import { openKafkaSource } from '../../connectors/kafka/source/source.ts'
import { readCommitted, readTasks } from '../../connectors/kafka/state/committed.ts'
import { createTopic, topicFor } from '../../connectors/kafka/state/create-topic.ts'
import { jobOfState, marksTopic } from '../../connectors/kafka/state/job-topics.ts'
import { readMarks } from '../../connectors/kafka/state/marks-topic.ts'
import { codecs } from '../../engine/codec/compression/compression.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { CheckpointRecord, PartitionSource, Position, TaskMark } from '../../engine/home.ts'
import type { Committed } from '../../engine/recovery/committed.ts'
import type { Appender, Moment, PartitionView, Place, TopicView, Worker } from './place.ts'
import { partitionKey, recordsOf, sumOrNull } from './place.ts'
import { retentionText } from './retention-text.ts'
import { troubleOf } from './trouble.ts'

type Config = Readonly<Record<string, string | null>>

/** A Kafka cluster. */
export class KafkaPlace implements Place {
  readonly where: string
  readonly cluster: Cluster
  private readonly options: KafkaHomeOptions
  private readonly fetchers: Fetchers

  static async open(options: KafkaHomeOptions, notify: Notify): Promise<KafkaPlace> {
    return new KafkaPlace(options, await Cluster.open(options, notify))
  }

  private constructor(options: KafkaHomeOptions, cluster: Cluster) {
    this.where = `Kafka at ${options.brokers.join(', ')}`
    this.options = options
    this.cluster = cluster
    this.fetchers = new Fetchers(cluster)
  }

  partitions(topic: string): Promise<number | undefined> {
    return this.cluster.partitions(topic)
  }

  /** What is there can be looked at, even if some of it was deleted meanwhile. */
  openSource(topic: string, partition: number): Promise<PartitionSource> {
    const { notify } = this.cluster
    return openKafkaSource(this.fetchers, topic, partition, {
      startFrom: 'earliest',
      onLostPosition: 'earliest',
      notify,
    })
  }

  createTopic(topic: string, partitions: number): Promise<void> {
    return createTopic(this.cluster, { ...topicFor('output', topic, partitions, this.options), partitions })
  }

  async openAppender(topic: string): Promise<Appender> {
    const { cluster } = this
    const partitions = await cluster.partitions(topic)
    if (partitions === undefined) throw this.unknown(topic)
    const identity = await ownIdentity(cluster, { topic })
    const producer = new Producer(cluster, { identity, admit() {} }, { topic })
    const codec = codecs[this.options.compression ?? 'none']
    return {
      partitions,
      append: (partition, batch) => producer.append(topic, partition, batch, { codec }),
      commit: () => producer.drained(),
      close: () => producer.stop(),
    }
  }

  async view(names?: readonly string[]): Promise<TopicView[]> {
    const described = await viewTopics(this.cluster, names ?? 'all')
    const missing = names?.find(name => described.every(topic => topic.name !== name))
    if (missing !== undefined) throw this.unknown(missing)
    const found = described.map(({ name }) => name)
    const [starts, ends, configs, sizes] = await Promise.all([
      viewOffsets(this.cluster, found, 'earliest'),
      viewOffsets(this.cluster, found, 'latest'),
      viewConfigs(this.cluster, found, ['retention.ms', 'retention.bytes', 'cleanup.policy']),
      viewSizes(this.cluster),
    ])
    return described.map(topic => {
      const partitions = topic.partitions.map(({ partition, leader, replicas, inSync }) => ({
        partition,
        startOffset: starts.get(topic.name)?.[partition] ?? null,
        endOffset: ends.get(topic.name)?.[partition] ?? null,
        bytes: sizes?.get(partitionKey(topic.name, partition)) ?? null,
        ...{ leader, replicas, inSync },
      }))
      return viewOf(topic, partitions, configs.get(topic.name))
    })
  }

  async offsets(topic: string, at: Moment): Promise<number[]> {
    const [found, ends] = await Promise.all([
      viewOffsets(this.cluster, [topic], at),
      viewOffsets(this.cluster, [topic], 'latest'),
    ])
    const [offsets, lasts] = [found.get(topic), ends.get(topic)]
    if (offsets === undefined || lasts === undefined) throw this.unknown(topic)
    return offsets.map((offset, partition) => {
      const known = offset === undefined || offset >= 0 ? offset : lasts[partition]
      if (known !== undefined) return known
      const message = 'nobody leads this partition at present'
      throw new HeadraceError('HR_KAFKA_UNREACHABLE', message, { topic, partition })
    })
  }

  positions(job: string): Promise<Position[]> {
    return groupPositions(this.cluster, job)
  }

  async workers(job: string): Promise<Worker[]> {
    const { members } = await viewGroup(this.cluster, job)
    return members.map(({ memberId, host, partitions }) => ({
      name: memberId,
      host,
      partitions: new Set(
        partitions.flatMap(({ topic, partitions }) => partitions.map(one => partitionKey(topic, one))),
      ),
    }))
  }

  async stored(job: string): Promise<CheckpointRecord[]> {
    const tasks = await readTasks(this.cluster, this.fetchers, job, 'stable')
    return tasks.flatMap(({ chain }) => chain.records)
  }

  committed(job: string): Promise<Committed> {
    return readCommitted(this.cluster, this.fetchers, job)
  }

  async marks(job: string): Promise<TaskMark[]> {
    const topic = marksTopic(job)
    const marks: TaskMark[] = []
    for (let partition = 0; partition < ((await this.partitions(topic)) ?? 0); partition++) {
      const source = await this.openSource(topic, partition)
      try {
        marks.push(...(await readMarks(source, topic, partition)))
      } finally {
        source.close()
      }
    }
    return marks
  }

  async jobs(): Promise<string[]> {
    const topics = await viewTopics(this.cluster)
    return [...new Set(topics.flatMap(({ name }) => jobOfState(name) ?? []))]
  }

  async close(): Promise<void> {
    this.fetchers.close()
    await this.cluster.close()
  }

  private unknown(topic: string): HeadraceError {
    return new HeadraceError('HR_TOPIC_UNKNOWN', `no topic on ${this.where}`, { topic })
  }
}

function viewOf(topic: TopicMetadata, partitions: readonly PartitionView[], config?: Config): TopicView {
  return {
    topic: topic.name,
    partitions,
    records: recordsOf(partitions),
    bytes: sumOrNull(partitions.map(({ bytes }) => bytes)),
    retention: config === undefined ? null : configText(config),
    trouble: troubleOf(topic.partitions),
    internal: topic.internal,
  }
}

/** A compacted topic keeps the newest record of each key, whatever its retention is. */
function configText(config: Config): string | null {
  const { 'retention.ms': ms, 'retention.bytes': bytes, 'cleanup.policy': policy } = config
  if (policy === 'compact') return policy
  if (ms === null || bytes === null || ms === undefined || bytes === undefined) return null
  const text = retentionText(Number(ms), Number(bytes))
  return policy === 'delete' ? text : `compact, ${text}`
}
