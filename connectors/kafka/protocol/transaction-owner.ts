import type { RequestWriter } from './request-writer.ts'

/** Who a transaction belongs to. A later epoch under the same transactional id has fenced an earlier one. */
export interface TransactionOwner {
  readonly transactionalId: string
  readonly producerId: number
  readonly epoch: number
}

export function writeOwner(
  to: RequestWriter,
  { transactionalId, producerId, epoch }: TransactionOwner,
): void {
  to.text(transactionalId).i64(producerId).i16(epoch)
}
