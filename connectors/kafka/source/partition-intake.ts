import { AbortedTransactions } from '../../../engine/codec/record/aborted.ts'
import { isHeadraceError } from '../../../engine/errors.ts'
import type { RawChunk } from '../../../engine/home.ts'
import { limits } from '../../../engine/limits.ts'
import type { TopicPartition } from '../protocol/by-topic.ts'
import type { FetchedPartition } from '../protocol/fetch.ts'
import type { HeldAnswer } from './held-answers.ts'
import { wholeBatches } from './whole-batches.ts'

interface WaitingChunk {
  readonly chunk: RawChunk
  /** Whose bytes they are; undefined where there are none. */
  readonly answer: HeldAnswer | undefined
}

const noBytes = new Uint8Array(0)

/** What was fetched of a partition and not yet read: filled by what fetches, emptied by the source. */
export class PartitionIntake implements TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly name: string
  /** The offset from which on is fetched next. */
  position: number
  /** As last heard of. */
  stableOffset: number
  /** The leader's epoch when the last batch was written that was fetched since the last seek; -1: there is none. */
  epoch = -1
  /** Also of records that cannot be read yet, as their transactions are open. */
  #end = Number.POSITIVE_INFINITY
  #answeredAt = Number.NEGATIVE_INFINITY
  #waiting: WaitingChunk[] = []
  #reading: HeldAnswer | undefined
  #failure: unknown
  readonly #wakers = new Set<() => void>()

  constructor({ topic, partition }: TopicPartition, position: number, stableOffset: number) {
    this.topic = topic
    this.partition = partition
    this.name = `${topic}-${partition}`
    this.position = position
    this.stableOffset = stableOffset
  }

  /** Chunks that nobody has read yet. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Takes what was fetched from the position on. Throws where that is no record batch. */
  take(fetched: FetchedPartition, bytes: Uint8Array, answer: HeldAnswer): void {
    const now = performance.now()
    const wasAtEnd = this.isAtEnd(now)
    this.stableOffset = fetched.lastStableOffset
    this.#end = fetched.highWatermark
    this.#answeredAt = now
    const { start } = fetched
    const { end, next, epoch, damage } = wholeBatches(bytes, start, fetched.end, this.position)
    if (end > start) {
      const aborted = fetched.aborted.length === 0 ? undefined : new AbortedTransactions(fetched.aborted)
      answer.share()
      this.#waiting.push({ chunk: { bytes, start, end, aborted }, answer })
      this.position = next
      this.epoch = epoch
      this.#wake()
    } else if (!wasAtEnd && this.isAtEnd(now)) this.#wake()
    if (damage !== undefined) throw damage
  }

  /** Whether the broker has said, not long ago, that nothing is there from the position on. */
  isAtEnd(now: number): boolean {
    return this.position >= this.#end && now - this.#answeredAt < limits.kafkaAnswerFreshMs
  }

  /** The next chunk; what was given before may be overwritten from now on. A failure comes behind all that was fetched. */
  next(): RawChunk | null {
    this.#letGo()
    const waiting = this.#waiting.shift()
    if (waiting === undefined) {
      if (this.#failure !== undefined) throw this.#failure
      return null
    }
    this.#reading = waiting.answer
    return waiting.chunk
  }

  /** What was fetched is not wanted any more. */
  seek(offset: number): void {
    this.drop()
    this.#end = Number.POSITIVE_INFINITY
    this.position = offset
    this.epoch = -1
  }

  /** The position is lost: fetching goes on at another one, which the reader learns although nothing may be there. */
  moveTo(offset: number): void {
    this.#end = Number.POSITIVE_INFINITY
    this.position = offset
    this.epoch = -1
    const chunk = { bytes: noBytes, start: 0, end: 0, movedTo: offset }
    this.#waiting.push({ chunk, answer: undefined })
    this.#wake()
  }

  fail(error: unknown): void {
    const { topic, partition } = this
    this.#failure = isHeadraceError(error) ? error.within({ topic, partition }) : error
    this.#wake()
  }

  /** Resolves when there is something to read or to throw, the end was reached anew, or the signal aborts. */
  ready(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length > 0 || this.#failure !== undefined || signal.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const wake = () => {
        this.#wakers.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#wakers.add(wake)
      signal.addEventListener('abort', wake)
    })
  }

  /** Gives back the bytes of all that was fetched. */
  drop(): void {
    this.#letGo()
    for (const { answer } of this.#waiting.splice(0)) answer?.letGo()
  }

  #letGo(): void {
    this.#reading?.letGo()
    this.#reading = undefined
  }

  #wake(): void {
    for (const wake of this.#wakers) wake()
  }
}
