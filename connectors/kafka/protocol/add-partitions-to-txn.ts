import type { PartitionCode, TopicPartition } from './by-topic.ts'
import { readPartitionCodes, writeByTopic } from './by-topic.ts'
import type { KafkaRequest } from './request.ts'
import type { TransactionOwner } from './transaction-owner.ts'
import { writeOwner } from './transaction-owner.ts'

/** Names partitions that the transaction is about to write to; the first of them begins it. */
export function addPartitionsToTxn(
  owner: TransactionOwner,
  partitions: readonly TopicPartition[],
): KafkaRequest<PartitionCode[]> {
  return {
    name: 'AddPartitionsToTxn',
    api: 24,
    version: 1,
    flexible: false,
    write(to) {
      writeOwner(to, owner)
      writeByTopic(to, partitions, ({ partition }) => to.i32(partition))
    },
    read(from) {
      from.i32()
      return readPartitionCodes(from)
    },
  }
}
