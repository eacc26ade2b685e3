import { HeadraceError } from '../../engine/errors.ts'
import type { Ends } from './commit-record.ts'
import type { LogConfig } from './config.ts'
import type { PartitionWriter } from './partition-writer.ts'
import type { Owner } from './settled-partition.ts'
import { openSettled } from './settled-partition.ts'
import { describeTopic } from './topic-store.ts'

/** Retention lets whole segments go, so that looking more often gains nothing. */
const retentionEveryMs = 60_000

/** The writers of all partitions of some topics, which are this process's alone. */
export class TopicWriters {
  readonly #writers: ReadonlyMap<string, readonly PartitionWriter[]>
  readonly #held: DisposableStack
  #retainedMs = 0

  private constructor(writers: ReadonlyMap<string, readonly PartitionWriter[]>, held: DisposableStack) {
    this.#writers = writers
    this.#held = held
  }

  static open(config: LogConfig, topics: Iterable<string>, owner: Owner): TopicWriters {
    using held = new DisposableStack()
    const writers = new Map<string, PartitionWriter[]>()
    for (const topic of new Set(topics)) {
      const { partitions } = describeTopic(config.dir, topic)
      const open = Array.from({ length: partitions }, (_, partition) => {
        return held.adopt(openSettled(config, topic, partition, owner), writer => writer.close('drop'))
      })
      writers.set(topic, open)
    }
    return new TopicWriters(writers, held.move())
  }

  /** Appends whole record batches and returns the offset of the first record. */
  append(topic: string, partition: number, batches: Uint8Array): number {
    const writer = this.#writers.get(topic)?.[partition]
    if (writer !== undefined) return writer.append(batches)
    throw new HeadraceError('HR_TOPIC_UNKNOWN', 'no such partition is open for writing', { topic, partition })
  }

  /** Makes what was appended durable, and says where the partitions end with it; readers do not see it yet. */
  flush(): Ends {
    const ends: Record<string, number[]> = {}
    for (const [topic, writers] of this.#writers) ends[topic] = writers.map(writer => writer.flush())
    return ends
  }

  /** Lets readers see what was flushed. */
  publish(nowMs: number): void {
    for (const writers of this.#writers.values())
      for (const writer of writers) writer.publish(writer.endOffset)
    if (nowMs - this.#retainedMs < retentionEveryMs) return
    this.#retainedMs = nowMs
    for (const writers of this.#writers.values()) for (const writer of writers) writer.applyRetention(nowMs)
  }

  /** Writes nothing: what was not published would be cut off again, and after a full disk a write fails anew. */
  close(): void {
    this.#held.dispose()
  }
}
