import { HeadraceError, isHeadraceError } from '../../../engine/errors.ts'
import { RetriableError, retrying } from '../cluster/retry.ts'
import { KAFKA } from '../protocol/kafka-errors.ts'
import type { Reading } from './broker-fetch.ts'
import { BrokerFetch } from './broker-fetch.ts'
import type { FetchingCluster } from './fetching-cluster.ts'
import { HeldAnswers } from './held-answers.ts'
import type { LostPositions } from './lost-position.ts'
import { checkHistory, findPosition } from './lost-position.ts'
import type { PartitionIntake } from './partition-intake.ts'

interface Followed {
  readonly stop: AbortController
  broker: BrokerFetch | undefined
}

/** Fetches all partitions that a thread reads, each from the broker that leads it at the time. */
export class Fetchers {
  readonly cluster: FetchingCluster
  readonly #held = new HeldAnswers()
  readonly #brokers = new Map<number, BrokerFetch>()
  readonly #followed = new Map<PartitionIntake, Followed>()

  constructor(cluster: FetchingCluster) {
    this.cluster = cluster
  }

  /** Keeps the intake filled, until `leave` or a failure that it is told. */
  follow(intake: PartitionIntake, lost: LostPositions): void {
    const followed: Followed = { stop: new AbortController(), broker: undefined }
    this.#followed.set(intake, followed)
    void this.#keepReading(intake, followed, lost)
  }

  /** The intake has room, perhaps at another position than before. */
  wanted(intake: PartitionIntake): void {
    this.#followed.get(intake)?.broker?.wanted(intake)
  }

  leave(intake: PartitionIntake): void {
    const followed = this.#followed.get(intake)
    if (followed === undefined) return
    this.#followed.delete(intake)
    const reason = new HeadraceError('HR_KAFKA_UNREACHABLE', 'the source is closed')
    followed.stop.abort(reason)
    followed.broker?.stop(intake, reason)
    intake.drop()
  }

  close(): void {
    for (const intake of this.#followed.keys()) this.leave(intake)
  }

  async #keepReading(intake: PartitionIntake, followed: Followed, lost: LostPositions): Promise<void> {
    const { signal } = followed.stop
    let trouble: unknown
    const begin = async (): Promise<Reading> => {
      try {
        if (trouble !== undefined) await this.#mend(intake, trouble, lost)
        const node = await this.cluster.leader(intake.topic, intake.partition)
        signal.throwIfAborted()
        followed.broker = this.#broker(node)
        const reading = followed.broker.read(intake)
        await reading.begun
        return reading
      } catch (error) {
        trouble = error
        throw error
      }
    }
    try {
      for (;;) {
        const reading = await retrying(`reading ${intake.name}`, this.cluster, begin, signal)
        trouble = await reading.ended
      }
    } catch (error) {
      if (!signal.aborted) intake.fail(error)
    }
  }

  /** What is to be done before it can be tried again. */
  async #mend(intake: PartitionIntake, trouble: unknown, lost: LostPositions): Promise<void> {
    const outOfRange = trouble instanceof RetriableError && trouble.code === KAFKA.OFFSET_OUT_OF_RANGE
    if (isHeadraceError(trouble)) throw trouble
    this.cluster.forget(intake.topic)
    if (outOfRange) await findPosition(this.cluster, intake, lost)
    else await checkHistory(this.cluster, intake, lost)
  }

  #broker(node: number): BrokerFetch {
    const known = this.#brokers.get(node)
    if (known !== undefined) return known
    const broker = new BrokerFetch(node, this.cluster, this.#held)
    this.#brokers.set(node, broker)
    return broker
  }
}
