import { setTimeout as delay } from 'node:timers/promises'
import { Cluster } from '../../../connectors/kafka/cluster/cluster.ts'
import { Producer } from '../../../connectors/kafka/producer/producer.ts'
import { ownIdentity } from '../../../connectors/kafka/producer/producer-id.ts'
import { makeTopic } from '../../../connectors/kafka/state/create-topic.ts'
import { openLogHome } from '../../../connectors/log/home.ts'
import { LogProducer } from '../../../connectors/log/producer.ts'
import type { Sent } from '../row-batches.ts'
import type { Subject, SubjectInput } from '../subject.ts'

/** Brings the input to Kafka, and the same to an embedded log, from which the reference is made. */
export class InputFeed {
  private readonly input: SubjectInput
  private readonly cluster: Cluster
  private readonly producer: Producer
  private readonly logs: ReadonlyMap<string, LogProducer>
  private readonly stopped = new AbortController()

  /** Makes the topics. */
  static async open(
    brokers: readonly string[],
    logDir: string,
    { inputs, partitions }: Pick<Subject, 'inputs' | 'partitions'>,
    input: SubjectInput,
    notify: (note: string) => void,
  ): Promise<InputFeed> {
    const cluster = await Cluster.open({ brokers }, ({ message }) => notify(message))
    const home = openLogHome({ dir: logDir })
    const logs = new Map<string, LogProducer>()
    for (const topic of inputs) {
      await makeTopic(cluster, { topic, partitions, replicationFactor: -1, config: {} })
      await home.createTopic(topic, partitions)
      logs.set(topic, LogProducer.open(topic, { dir: logDir, fsync: 'never' }))
    }
    const identity = await ownIdentity(cluster, {})
    return new InputFeed(input, cluster, new Producer(cluster, { identity, admit() {} }, {}), logs)
  }

  private constructor(
    input: SubjectInput,
    cluster: Cluster,
    producer: Producer,
    logs: ReadonlyMap<string, LogProducer>,
  ) {
    this.input = input
    this.cluster = cluster
    this.producer = producer
    this.logs = logs
  }

  /** Sends one stretch of event time after the other, with pauses between them, until `finish`. */
  async run(pauseMs = 20): Promise<void> {
    while (!this.stopped.signal.aborted) {
      await this.send(this.input.chunk())
      await delay(pauseMs)
    }
  }

  /** The last rows: behind them nothing is undecided. */
  async finish(): Promise<void> {
    this.stopped.abort()
    await this.send(this.input.sentinels())
  }

  async close(): Promise<void> {
    this.stopped.abort()
    for (const log of this.logs.values()) log.close()
    await this.producer.stop()
    await this.cluster.close()
  }

  private async send(all: readonly Sent[]): Promise<void> {
    for (const { topic, partition, batch } of all) {
      await this.producer.append(topic, partition, batch)
      this.logs.get(topic)?.append(partition, batch)
    }
    for (const log of this.logs.values()) log.commit()
    await this.producer.drained()
  }
}
