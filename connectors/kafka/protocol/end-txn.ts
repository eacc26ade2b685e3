import type { KafkaRequest } from './request.ts'
import type { TransactionOwner } from './transaction-owner.ts'
import { writeOwner } from './transaction-owner.ts'

/** Decides a transaction. The same decision may be asked for again, where the answer was lost. */
export function endTxn(
  owner: TransactionOwner,
  outcome: 'commit' | 'abort',
): KafkaRequest<{ error: number }> {
  return {
    name: 'EndTxn',
    api: 26,
    version: 1,
    flexible: false,
    write(to) {
      writeOwner(to, owner)
      to.bool(outcome === 'commit')
    },
    read(from) {
      from.i32()
      return { error: from.i16() }
    },
  }
}
