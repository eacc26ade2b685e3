import type { KafkaRequest } from './request.ts'

export interface ProducerIdAnswer {
  readonly error: number
  readonly producerId: number
  readonly epoch: number
}

/**
 * With a transactional id: takes it over. Whoever had it is fenced, and its open transaction aborted. Without
 * one it gives an id for an idempotent producer.
 */
export function initProducerId(
  transactionalId: string | null,
  timeoutMs: number,
): KafkaRequest<ProducerIdAnswer> {
  return {
    name: 'InitProducerId',
    api: 22,
    version: 1,
    flexible: false,
    write: to => to.text(transactionalId).i32(timeoutMs),
    read(from) {
      from.i32()
      return { error: from.i16(), producerId: from.i64(), epoch: from.i16() }
    },
  }
}
