import type { PartitionCode, TopicPartition } from './by-topic.ts'
import { readByTopic, writeByTopic } from './by-topic.ts'
import type { KafkaRequest } from './request.ts'

export interface AskedEpoch extends TopicPartition {
  readonly epoch: number
}

export interface EpochEnd extends PartitionCode {
  /** The offset behind the epoch's last record; -1 where the broker does not know the epoch. */
  readonly endOffset: number
}

/** How far the records of a leader's epoch reach in the log as its present leader has it. */
export function offsetForLeaderEpoch(asked: readonly AskedEpoch[]): KafkaRequest<EpochEnd[]> {
  return {
    name: 'OffsetForLeaderEpoch',
    api: 23,
    version: 3,
    flexible: false,
    write(to) {
      to.i32(-1)
      writeByTopic(to, asked, ({ partition, epoch }) => to.i32(partition).i32(-1).i32(epoch))
    },
    read(from) {
      from.i32()
      return readByTopic(from, topic => {
        const error = from.i16()
        const partition = from.i32()
        from.i32()
        return { topic, partition, error, endOffset: from.i64() }
      })
    },
  }
}
