import type { Notify } from '../config.ts'
import type { CoordinatorKind } from '../protocol/find-coordinator.ts'
import { findCoordinator } from '../protocol/find-coordinator.ts'
import { KAFKA, kafkaError, refused } from '../protocol/kafka-errors.ts'
import type { Brokers } from './brokers.ts'
import { RetriableError, retrying } from './retry.ts'

/** Which broker keeps which group and which transactional id. */
export class Coordinators {
  private readonly brokers: Brokers
  readonly notify: Notify
  private readonly known = new Map<string, Promise<number>>()

  constructor(brokers: Brokers, notify: Notify) {
    this.brokers = brokers
    this.notify = notify
  }

  get(kind: CoordinatorKind, key: string): Promise<number> {
    const name = `${kind} ${key}`
    const known = this.known.get(name)
    if (known !== undefined) return known
    const found = this.find(kind, key)
    this.known.set(name, found)
    found.catch(() => this.known.delete(name))
    return found
  }

  forget(kind: CoordinatorKind, key: string): void {
    this.known.delete(`${kind} ${key}`)
  }

  private find(kind: CoordinatorKind, key: string): Promise<number> {
    return retrying(`finding the coordinator of ${kind} ${key}`, this, async () => {
      const { error, detail, node } = await (await this.brokers.any()).send(findCoordinator(kind, key))
      if (error === KAFKA.NONE) return node
      if (kafkaError(error).retriable) throw new RetriableError('FindCoordinator', error)
      throw refused(`FindCoordinator for ${kind} ${key}`, error, {}, detail)
    })
  }
}
