import type { PartitionCode, TopicPartition } from './by-topic.ts'
import { readByTopic, writeByTopic } from './by-topic.ts'
import type { KafkaRequest } from './request.ts'

/** Up to where a partition is looked at: to its last stable offset, or to all that its replicas have. */
export type Isolation = 'stable' | 'all'

/** The first offset that is there, the one behind the last, or the first of a record not older than a time. */
export type OffsetAt = 'earliest' | 'latest' | number

export interface AskedOffset extends TopicPartition {
  readonly at: OffsetAt
}

export interface ListedOffset extends PartitionCode {
  /** -1 where no record is that young. */
  readonly offset: number
}

/** For the partitions' leader. */
export function listOffsets(
  asked: readonly AskedOffset[],
  isolation: Isolation,
): KafkaRequest<ListedOffset[]> {
  return {
    name: 'ListOffsets',
    api: 2,
    version: 2,
    flexible: false,
    write(to) {
      to.i32(-1).i8(isolation === 'stable' ? 1 : 0)
      writeByTopic(to, asked, ({ partition, at }) => to.i32(partition).i64(timestampOf(at)))
    },
    read(from) {
      from.i32()
      return readByTopic(from, topic => {
        const partition = from.i32()
        const error = from.i16()
        from.i64()
        return { topic, partition, error, offset: from.i64() }
      })
    },
  }
}

function timestampOf(at: OffsetAt): number {
  if (at === 'latest') return -1
  return at === 'earliest' ? -2 : Math.max(0, at)
}
