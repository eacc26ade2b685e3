import type { ErrorPlace } from '../../../engine/errors.ts'
import { HeadraceError } from '../../../engine/errors.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { RetriableError, retrying } from '../cluster/retry.ts'
import type { ProducerIdAnswer } from '../protocol/init-producer-id.ts'
import { initProducerId } from '../protocol/init-producer-id.ts'
import { KAFKA, kafkaError, refused } from '../protocol/kafka-errors.ts'
import type { TransactionOwner } from '../protocol/transaction-owner.ts'
import type { CoordinatedCluster } from './ask-coordinator.ts'
import { askCoordinator } from './ask-coordinator.ts'
import { writingFault } from './writing-fault.ts'

/** Who writes, as the partitions know him: they take each of his batches once. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly epoch: number
  readonly transactionalId: string | null
}

/** Takes over a transactional id: from now on whoever had it is refused, and what he left open is aborted. */
export async function takeOver(
  cluster: CoordinatedCluster,
  transactionalId: string,
  timeoutMs: number,
  place: ErrorPlace,
): Promise<TransactionOwner> {
  const request = initProducerId(transactionalId, timeoutMs)
  const coordinator = { cluster, kind: 'transaction', key: transactionalId } as const
  const answer = await askCoordinator(coordinator, request, ({ error }) => error)
  const { producerId, epoch } = granted(answer, timeoutMs, place)
  return { producerId, epoch, transactionalId }
}

/**
 * The next identity of an owner under his transactional id, who is refused where another has taken it over: what he
 * has asked for under the one before, and what has gone astray, counts no more if it arrives yet.
 */
export async function renewed(
  cluster: CoordinatedCluster,
  owner: TransactionOwner,
  timeoutMs: number,
  place: ErrorPlace,
): Promise<TransactionOwner> {
  const { transactionalId } = owner
  const request = initProducerId(transactionalId, timeoutMs, owner)
  const coordinator = { cluster, kind: 'transaction', key: transactionalId } as const
  const { error, producerId, epoch } = await askCoordinator(coordinator, request, answer => answer.error)
  if (error !== KAFKA.NONE) throw writingFault(`${request.name} for ${transactionalId}`, error, place)
  return { producerId, epoch, transactionalId }
}

/** An identity of one's own, which fences nobody. */
export function ownIdentity(
  cluster: Pick<Cluster, 'any' | 'notify'>,
  place: ErrorPlace,
): Promise<ProducerIdentity> {
  const request = initProducerId(null, 0)
  return retrying('getting a producer id', cluster, async () => {
    const answer = await (await cluster.any()).send(request)
    if (kafkaError(answer.error).retriable) throw new RetriableError(request.name, answer.error)
    const { producerId, epoch } = granted(answer, 0, place)
    return { producerId, epoch, transactionalId: null }
  })
}

function granted(answer: ProducerIdAnswer, timeoutMs: number, place: ErrorPlace): ProducerIdAnswer {
  if (answer.error === KAFKA.NONE) return answer
  if (answer.error !== KAFKA.INVALID_TRANSACTION_TIMEOUT) throw refused('InitProducerId', answer.error, place)
  const message = `transactionTimeoutMs is ${timeoutMs}, which the broker does not allow: see its transaction.max.timeout.ms`
  throw new HeadraceError('HR_CONFIG_INVALID', message, place)
}
