import type { Position } from '../../../engine/home.ts'
import type { PartitionCode } from './by-topic.ts'
import { readByTopic, writeByTopic } from './by-topic.ts'
import type { KafkaRequest } from './request.ts'

/** Lets go of all records before the offsets. For the partitions' leader. */
export function deleteRecords(before: readonly Position[], timeoutMs: number): KafkaRequest<PartitionCode[]> {
  return {
    name: 'DeleteRecords',
    api: 21,
    version: 1,
    flexible: false,
    write(to) {
      writeByTopic(to, before, ({ partition, offset }) => to.i32(partition).i64(offset))
      to.i32(timeoutMs)
    },
    read(from) {
      from.i32()
      return readByTopic(from, topic => {
        const partition = from.i32()
        from.i64()
        return { topic, partition, error: from.i16() }
      })
    },
  }
}
