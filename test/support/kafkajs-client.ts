import type { TestContext } from 'node:test'
import type { Admin, PartitionerArgs, Producer, ProducerConfig } from 'kafkajs'
import { Kafka, logLevel } from 'kafkajs'
import { uniqueName } from './services/kafka.ts'
import { until } from './services/until.ts'

/** Another client than ours, for what tests do to a broker. */
export class OtherClient {
  readonly admin: Admin
  readonly #kafka: Kafka
  readonly #t: TestContext

  static async open(t: TestContext, brokers: readonly string[]): Promise<OtherClient> {
    const client = new OtherClient(t, brokers)
    await client.admin.connect()
    t.after(() => client.admin.disconnect())
    return client
  }

  private constructor(t: TestContext, brokers: readonly string[]) {
    this.#t = t
    this.#kafka = new Kafka({
      brokers: [...brokers],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 20 },
    })
    this.admin = this.#kafka.admin()
  }

  async topic(
    prefix: string,
    numPartitions = 1,
    config: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const topic = uniqueName(prefix)
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
    // Whether all is well it would ask a broker that may not have heard of the topic yet, and take that for an answer.
    await this.admin.createTopics({
      topics: [{ topic, numPartitions, configEntries }],
      waitForLeaders: false,
    })
    await until('leader of each partition', async () => {
      const { topics } = await this.admin.fetchTopicMetadata({ topics: [topic] })
      return topics[0].partitions.every(({ leader }) => leader >= 0)
    })
    return topic
  }

  async producer(config: ProducerConfig = {}): Promise<Producer> {
    const producer = this.#kafka.producer({ createPartitioner: () => inTheirs, ...config })
    await producer.connect()
    this.#t.after(() => producer.disconnect())
    return producer
  }

  /** A batch for each list of values. */
  async write(topic: string, partition: number, ...batches: string[][]): Promise<void> {
    const producer = await this.producer()
    for (const values of batches) await producer.send({ topic, messages: messages(partition, values) })
  }

  /** Deletes the records before an offset. */
  async deleteBefore(topic: string, partition: number, offset: number): Promise<void> {
    // The other client deletes only from topics that it has met.
    await this.admin.fetchTopicOffsets(topic)
    await this.admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] })
  }
}

export function messages(partition: number, values: readonly string[]) {
  return values.map(value => ({ partition, value, timestamp: '1000' }))
}

function inTheirs({ message }: PartitionerArgs): number {
  return message.partition ?? 0
}
