import type { PartitionSource, RawChunk } from '../../../engine/home.ts'
import type { StartFrom } from '../config.ts'
import type { Isolation } from '../protocol/list-offsets.ts'
import { offsetAt } from './ask-leader.ts'
import type { Fetchers } from './fetchers.ts'
import type { LostPositions } from './lost-position.ts'
import { PartitionIntake } from './partition-intake.ts'

export interface KafkaSourceOptions extends LostPositions {
  /** What `startOffset` is to be. */
  readonly startFrom: StartFrom
  /** Where `freshEnd` is: 'all' waits for transactions that have not ended. */
  readonly end?: Isolation
}

/** A partition in Kafka. Nothing of it is fetched before it is first polled or waited for. */
export class KafkaSource implements PartitionSource {
  readonly #fetchers: Fetchers
  readonly #intake: PartitionIntake
  readonly #lost: LostPositions
  readonly #start: number
  readonly #end: Isolation
  #begun = false

  constructor(fetchers: Fetchers, intake: PartitionIntake, lost: LostPositions, end: Isolation) {
    this.#fetchers = fetchers
    this.#intake = intake
    this.#lost = lost
    this.#start = intake.position
    this.#end = end
  }

  poll(): RawChunk | null {
    this.#begin()
    const chunk = this.#intake.next()
    if (chunk !== null) this.#fetchers.wanted(this.#intake)
    return chunk
  }

  seek(offset: number): void {
    this.#intake.seek(offset)
    this.#fetchers.wanted(this.#intake)
  }

  startOffset(): number {
    return this.#start
  }

  /** As last heard of: the offset behind the last record whose transaction has ended. */
  endOffset(): number {
    return this.#intake.stableOffset
  }

  /** Where the partition ends now: for readers, or with records of transactions that have not ended. */
  freshEnd(isolation: Isolation = this.#end): Promise<number> {
    return offsetAt(this.#fetchers.cluster, this.#intake, 'latest', isolation)
  }

  atEnd(): boolean {
    this.#begin()
    return this.#intake.isAtEnd(performance.now())
  }

  changed(signal: AbortSignal): Promise<void> {
    this.#begin()
    return this.#intake.ready(signal)
  }

  close(): void {
    this.#fetchers.leave(this.#intake)
  }

  #begin(): void {
    if (this.#begun) return
    this.#begun = true
    this.#fetchers.follow(this.#intake, this.#lost)
  }
}

/** HR_TOPIC_UNKNOWN where there is no such topic or partition. */
export async function openKafkaSource(
  fetchers: Fetchers,
  topic: string,
  partition: number,
  options: KafkaSourceOptions,
): Promise<KafkaSource> {
  const place = { topic, partition }
  const { startFrom, end: isolation = 'stable', ...lost } = options
  const [end, from] = await Promise.all([
    offsetAt(fetchers.cluster, place, 'latest', 'stable'),
    startFrom === 'latest' ? undefined : offsetAt(fetchers.cluster, place, startFrom, 'stable'),
  ])
  // No record as young as that: it begins behind all that are there.
  const start = from === undefined || from < 0 ? end : from
  return new KafkaSource(fetchers, new PartitionIntake(place, start, end), lost, isolation)
}
