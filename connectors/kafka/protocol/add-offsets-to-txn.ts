import type { KafkaRequest } from './request.ts'
import type { TransactionOwner } from './transaction-owner.ts'
import { writeOwner } from './transaction-owner.ts'

/** Says that the transaction is about to commit offsets of a group. */
export function addOffsetsToTxn(owner: TransactionOwner, group: string): KafkaRequest<{ error: number }> {
  return {
    name: 'AddOffsetsToTxn',
    api: 25,
    version: 1,
    flexible: false,
    write(to) {
      writeOwner(to, owner)
      to.text(group)
    },
    read(from) {
      from.i32()
      return { error: from.i16() }
    },
  }
}
