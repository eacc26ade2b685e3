import { setTimeout as pause } from 'node:timers/promises'
import { limits } from '../../../engine/limits.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { RetriableError, retrying } from '../cluster/retry.ts'
import type { Connection } from '../net/connection.ts'
import { KafkaDisconnected } from '../net/disconnected.ts'
import { KAFKA, kafkaError } from '../protocol/kafka-errors.ts'
import type { KafkaRequest } from '../protocol/request.ts'

/** Brokers that can be asked something. */
export interface AskedBrokers {
  broker(node: number, purpose: 'data'): Promise<Pick<Connection, 'send'>>
}

/** What of a cluster one needs to talk to coordinators. */
export type CoordinatedCluster = Pick<Cluster, 'coordinator' | 'forgetCoordinator' | 'notify'> & AskedBrokers

export interface Coordinator {
  readonly cluster: CoordinatedCluster
  readonly kind: 'group' | 'transaction'
  readonly key: string
}

/**
 * Asks the coordinator of a group or of a transactional id, wherever it is by then, until the answer's code is one
 * that repeating does not change. Only for requests that may be repeated where the answer was lost; `lost` is told
 * that one was, and that the request may still arrive some time.
 */
export function askCoordinator<T>(
  { cluster, kind, key }: Coordinator,
  request: KafkaRequest<T>,
  codeOf: (answer: T) => number,
  lost: () => void = () => {},
): Promise<T> {
  return retrying(`${request.name} for ${key}`, cluster, async () => {
    const node = await cluster.coordinator(kind, key)
    try {
      return await settled(await cluster.broker(node, 'data'), request, codeOf)
    } catch (error) {
      if (error instanceof KafkaDisconnected) lost()
      if (mayHaveMoved(error)) cluster.forgetCoordinator(kind, key)
      throw error
    }
  })
}

/**
 * The broker says that a transaction is decided before it has told all partitions so. Until it has, which takes
 * milliseconds, it refuses the next one.
 */
async function settled<T>(
  connection: Pick<Connection, 'send'>,
  request: KafkaRequest<T>,
  codeOf: (answer: T) => number,
): Promise<T> {
  for (let waited = 0, ms = 1; ; waited += ms, ms = Math.min(ms * 2, limits.kafkaTransactionPauseMs)) {
    const answer = await connection.send(request)
    const code = codeOf(answer)
    if (!mayPass(code)) return answer
    if (code !== KAFKA.CONCURRENT_TRANSACTIONS || waited > limits.kafkaRetryPauseMs) {
      throw new RetriableError(request.name, code)
    }
    await pause(ms)
  }
}

/** A coordinator also fails, with no code of its own, where an owner commits while another is taking over. */
function mayPass(code: number): boolean {
  return kafkaError(code).retriable || code === KAFKA.UNKNOWN_SERVER_ERROR
}

/** Whether somebody else may be the one to ask by now. */
export function mayHaveMoved(error: unknown): boolean {
  return (
    error instanceof KafkaDisconnected ||
    (error instanceof RetriableError && kafkaError(error.code).staleMetadata)
  )
}
