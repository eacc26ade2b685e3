import type { KafkaRequest } from './request.ts'

export interface ProducerIdAnswer {
  readonly error: number
  readonly producerId: number
  readonly epoch: number
}

const nobody = { producerId: -1, epoch: -1 }

/**
 * With a transactional id: takes it over. Whoever had it is fenced, and its open transaction aborted; who names the
 * identity that he has gets the next one, unless he is fenced himself. Without one it gives an id for an idempotent
 * producer.
 */
export function initProducerId(
  transactionalId: string | null,
  timeoutMs: number,
  { producerId, epoch }: { readonly producerId: number; readonly epoch: number } = nobody,
): KafkaRequest<ProducerIdAnswer> {
  return {
    name: 'InitProducerId',
    api: 22,
    version: 3,
    flexible: true,
    write: to => to.compactText(transactionalId).i32(timeoutMs).i64(producerId).i16(epoch).noTags(),
    read(from) {
      from.i32()
      return { error: from.i16(), producerId: from.i64(), epoch: from.i16() }
    },
  }
}
