import type { TopicPartition } from './by-topic.ts'
import { readByTopic, writeByTopic } from './by-topic.ts'
import type { KafkaRequest } from './request.ts'

/** A partition and the one record batch that it gets by a request. */
export interface ProducedBatch extends TopicPartition {
  readonly bytes: Uint8Array
}

export interface ProduceAnswer extends TopicPartition {
  readonly error: number
  /** The offset of the batch's first record; -1 where the broker does not know it. */
  readonly baseOffset: number
  readonly message: string | null
}

export interface ProduceOptions {
  readonly transactionalId: string | null
  readonly timeoutMs: number
  readonly batches: readonly ProducedBatch[]
}

/** Answered when all replicas in sync have the batches. */
export function produce({
  transactionalId,
  timeoutMs,
  batches,
}: ProduceOptions): KafkaRequest<ProduceAnswer[]> {
  return {
    name: 'Produce',
    api: 0,
    version: 8,
    flexible: false,
    write(to) {
      to.text(transactionalId).i16(-1).i32(timeoutMs)
      writeByTopic(to, batches, ({ partition, bytes }) => to.i32(partition).i32(bytes.length).raw(bytes))
    },
    read(from) {
      return readByTopic(from, topic => {
        const partition = from.i32()
        const error = from.i16()
        const baseOffset = from.i64()
        from.i64()
        from.i64()
        from.array(() => [from.i32(), from.nullableText()])
        return { topic, partition, error, baseOffset, message: from.nullableText() }
      })
    },
  }
}
