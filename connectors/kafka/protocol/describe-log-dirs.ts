import type { TopicPartition } from './by-topic.ts'
import { readByTopic } from './by-topic.ts'
import type { KafkaRequest } from './request.ts'

export interface ReplicaSize extends TopicPartition {
  readonly bytes: number
}

export interface LogDirectory {
  readonly error: number
  readonly replicas: readonly ReplicaSize[]
}

/** The sizes of all replicas that one broker has. */
export function describeLogDirs(): KafkaRequest<LogDirectory[]> {
  return {
    name: 'DescribeLogDirs',
    api: 35,
    version: 1,
    flexible: false,
    write(to) {
      to.i32(-1)
    },
    read(from) {
      from.i32()
      return from.array(() => {
        const error = from.i16()
        from.text()
        const replicas = readByTopic(from, topic => {
          const [partition, bytes] = [from.i32(), from.i64()]
          from.i64()
          from.bool()
          return { topic, partition, bytes }
        })
        return { error, replicas }
      })
    },
  }
}
