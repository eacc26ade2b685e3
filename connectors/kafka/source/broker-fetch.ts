import { limits } from '../../../engine/limits.ts'
import { RetriableError } from '../cluster/retry.ts'
import type { Fetched, FetchedPartition } from '../protocol/fetch.ts'
import { fetch } from '../protocol/fetch.ts'
import { KAFKA, kafkaError, refused } from '../protocol/kafka-errors.ts'
import type { KafkaRequest } from '../protocol/request.ts'
import type { FetchingCluster, FetchingConnection } from './fetching-cluster.ts'
import type { HeldAnswer, HeldAnswers } from './held-answers.ts'
import type { PartitionIntake } from './partition-intake.ts'

/** A partition is fetched from a broker, from its first good answer on until something goes wrong. */
export interface Reading {
  /** Rejects when something goes wrong before the first good answer. */
  readonly begun: Promise<void>
  /** Resolves with what has gone wrong. */
  readonly ended: Promise<unknown>
}

interface OpenReading extends Reading {
  begin(): void
  end(reason: unknown): void
}

const firstWaitMs = 4
/** For as long as partitions are left out. */
const partialWaitMs = 25

/** One request to fetch, and where each of its partitions stood then. */
type Asked = Map<PartitionIntake, number>

/**
 * Fetches the partitions that one broker leads, always one request at a time, for all of them that have room.
 *
 * A request waits at the broker as long as nothing is new, and meanwhile nothing else can be asked for: what is
 * left out of it, as it has no room yet or was just sought elsewhere, would have to wait with it. So the wait is
 * short at first and doubles with each answer that brings nothing; it is short again when somebody wants what the
 * request under way does not ask for.
 */
export class BrokerFetch {
  readonly #node: number
  readonly #cluster: FetchingCluster
  readonly #held: HeldAnswers
  /** In the order in which they are asked for: who got something last comes last. */
  readonly #readings = new Map<PartitionIntake, OpenReading>()
  #connection: FetchingConnection | undefined
  #asked: Asked | undefined
  #waitMs = firstWaitMs

  constructor(node: number, cluster: FetchingCluster, held: HeldAnswers) {
    this.#node = node
    this.#cluster = cluster
    this.#held = held
  }

  read(intake: PartitionIntake): Reading {
    const reading = openReading()
    this.#readings.set(intake, reading)
    this.wanted(intake)
    return reading
  }

  stop(intake: PartitionIntake, reason: unknown): void {
    this.#readings.get(intake)?.end(reason)
    this.#readings.delete(intake)
  }

  /** The partition has room, perhaps at another position than before. */
  wanted(intake: PartitionIntake): void {
    if (!this.#readings.has(intake)) return
    if (this.#asked?.get(intake) !== intake.position) this.#waitMs = firstWaitMs
    this.#askNext()
  }

  #askNext(): void {
    if (this.#asked !== undefined) return
    const asked = this.#withRoom()
    if (asked.size === 0) return
    this.#asked = asked
    void this.#ask(asked).then(() => {
      this.#asked = undefined
      this.#askNext()
    })
  }

  /** A partition that is read by two is asked for by one of them at a time. */
  #withRoom(): Asked {
    const most = this.#held.areMany ? 1 : limits.fetchedChunks
    const asked: Asked = new Map()
    const names = new Set<string>()
    for (const intake of this.#readings.keys()) {
      if (intake.waiting >= most || names.has(intake.name)) continue
      names.add(intake.name)
      asked.set(intake, intake.position)
    }
    return asked
  }

  async #ask(asked: Asked): Promise<void> {
    const longestMs = asked.size < this.#readings.size ? partialWaitMs : limits.fetchWaitMs
    const waitMs = Math.min(this.#waitMs, longestMs)
    try {
      if (!this.#connection?.isOpen) this.#connection = await this.#cluster.broker(this.#node, 'fetch')
      const { value, release } = await this.#connection.sendKeeping(this.#request(asked, waitMs))
      const answer = this.#held.hold(value.bytes.length, release)
      try {
        if (!this.#deliver(asked, value, answer)) this.#waitMs = Math.min(waitMs * 2, longestMs)
      } finally {
        answer.letGo()
      }
    } catch (error) {
      for (const intake of asked.keys()) this.stop(intake, error)
    }
  }

  #request(asked: Asked, waitMs: number): KafkaRequest<Fetched> {
    const from = Array.from(asked, ([{ topic, partition }, offset]) => ({ topic, partition, offset }))
    const totalBytes = this.#held.areMany ? limits.fetchBytes : limits.fetchAnswerBytes
    return fetch(from, { waitMs, partitionBytes: limits.fetchBytes, totalBytes })
  }

  /** Whether there was anything in it. */
  #deliver(asked: Asked, { error, bytes, partitions }: Fetched, answer: HeldAnswer): boolean {
    if (error !== KAFKA.NONE) throw troubleOf(error)
    const intakes = new Map(Array.from(asked.keys(), intake => [intake.name, intake]))
    const served = new Set<PartitionIntake>()
    for (const fetched of partitions) {
      const intake = intakes.get(`${fetched.topic}-${fetched.partition}`)
      // It may have left, or have been sought elsewhere meanwhile.
      if (intake === undefined || intake.position !== asked.get(intake)) continue
      if (fetched.end > fetched.start) served.add(intake)
      this.#take(intake, fetched, bytes, answer)
    }
    for (const intake of asked.keys()) if (!served.has(intake)) this.#toTheEnd(intake)
    for (const intake of served) this.#toTheEnd(intake)
    return served.size > 0
  }

  #take(intake: PartitionIntake, fetched: FetchedPartition, bytes: Uint8Array, answer: HeldAnswer): void {
    const reading = this.#readings.get(intake)
    if (reading === undefined) return
    try {
      if (fetched.error !== KAFKA.NONE) throw troubleOf(fetched.error)
      intake.take(fetched, bytes, answer)
      reading.begin()
    } catch (error) {
      this.stop(intake, error)
    }
  }

  #toTheEnd(intake: PartitionIntake): void {
    const reading = this.#readings.get(intake)
    if (reading === undefined) return
    this.#readings.delete(intake)
    this.#readings.set(intake, reading)
  }
}

/** A position out of range may still turn out to be none. */
function troubleOf(code: number): Error {
  const mayPass = kafkaError(code).retriable || code === KAFKA.OFFSET_OUT_OF_RANGE
  return mayPass ? new RetriableError('Fetch', code) : refused('Fetch', code)
}

function openReading(): OpenReading {
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<unknown>()
  return {
    begun: begun.promise,
    ended: ended.promise,
    begin: begun.resolve,
    end: reason => {
      begun.reject(reason)
      ended.resolve(reason)
    },
  }
}
