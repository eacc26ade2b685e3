import type { Position } from '../../../engine/home.ts'
import type { PartitionCode } from './by-topic.ts'
import { readPartitionCodes, writeByTopic } from './by-topic.ts'
import type { KafkaRequest } from './request.ts'
import type { TransactionOwner } from './transaction-owner.ts'

/** Offsets of a group that count once the transaction is committed. Names no member: the epoch is what fences. */
export function txnOffsetCommit(
  { transactionalId, producerId, epoch }: TransactionOwner,
  group: string,
  positions: readonly Position[],
): KafkaRequest<PartitionCode[]> {
  return {
    name: 'TxnOffsetCommit',
    api: 28,
    version: 1,
    flexible: false,
    write(to) {
      to.text(transactionalId).text(group).i64(producerId).i16(epoch)
      writeByTopic(to, positions, ({ partition, offset }) => to.i32(partition).i64(offset).text(null))
    },
    read(from) {
      from.i32()
      return readPartitionCodes(from)
    },
  }
}
