import type { LogHomeOptions } from './config.ts'
import { completeConfig } from './config.ts'
import { noJob } from './settled-partition.ts'
import { describeTopic } from './topic-store.ts'
import { TopicWriters } from './topic-writers.ts'

/** Writes a topic outside of any job: all its partitions, for this process alone. */
export class LogProducer {
  readonly topic: string
  readonly partitions: number
  readonly #writers: TopicWriters

  static open(topic: string, options: LogHomeOptions): LogProducer {
    const config = completeConfig(options)
    const { partitions } = describeTopic(config.dir, topic)
    return new LogProducer(topic, partitions, TopicWriters.open(config, [topic], noJob))
  }

  private constructor(topic: string, partitions: number, writers: TopicWriters) {
    this.topic = topic
    this.partitions = partitions
    this.#writers = writers
  }

  /**
   * Appends whole record batches, one behind the other, and returns the offset of the first record. Offsets are
   * written into the bytes, which may be used again at once.
   */
  append(partition: number, batches: Uint8Array): number {
    return this.#writers.append(this.topic, partition, batches)
  }

  /** Makes what was appended durable and visible, each partition by itself. */
  commit(): void {
    this.#writers.flush()
    this.#writers.publish(Date.now())
  }

  /** What was not committed is dropped. */
  close(): void {
    this.#writers.close()
  }
}
