import { setTimeout as delay } from 'node:timers/promises'
import { KafkaHome } from '../../connectors/kafka/home.ts'
import type { Row } from '../../engine/index.ts'
import { RowReader } from '../../engine/io/row-reader.ts'
import { topicSpec } from '../../engine/topic.ts'
import type { Recommended } from '../../jobs/clickstream/topics.ts'
import { recommendations } from '../../jobs/clickstream/topics.ts'
import { PARTITIONS } from '../events.ts'
import { now } from '../kafka/meter.ts'
import { say } from '../kafka/say.ts'
import type { Purchase } from './sender.ts'

interface Seen {
  readonly ts: number
  readonly at: number
}

/** Milliseconds from each purchase that is measured to its result, and whether each had one. */
export interface Latencies {
  readonly took: Float64Array
  readonly ok: boolean
}

const LOOK_MS = 100

/** Reads recommendations as they are committed, and notes when. */
export class OfferTopic {
  /** When the last one came. */
  lastAt = 0
  private readonly home: KafkaHome
  private readonly stop = new AbortController()
  private readonly following: Promise<unknown>
  private readonly byUser = new Map<number, Seen[]>()
  private received = 0

  static async open(brokers: readonly string[]): Promise<OfferTopic> {
    return new OfferTopic(await KafkaHome.open({ brokers }, say))
  }

  private constructor(home: KafkaHome) {
    this.home = home
    this.following = Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => this.follow(partition)))
    // `until` and `close` tell.
    this.following.catch(() => {})
  }

  /** Resolves when so many have come; rejects if that takes too long. */
  async until(count: number, patienceMs: number): Promise<void> {
    const giveUp = now() + patienceMs
    while (this.received < count) {
      if (now() > giveUp) throw new Error(`${this.received} offers have come, there were ${count} purchases`)
      await Promise.race([this.following, delay(LOOK_MS)])
    }
  }

  /** A user's purchases and offers are in the same order. */
  latencies(purchases: readonly Purchase[], since: number): Latencies {
    const took: number[] = []
    let ok = this.received === purchases.length
    const places = new Map<number, number>()
    for (const { user, ts, sent } of purchases) {
      const place = places.get(user) ?? 0
      places.set(user, place + 1)
      const seen = this.byUser.get(user)?.[place]
      if (seen?.ts !== ts) ok = false
      else if (sent >= since) took.push(seen.at - sent)
    }
    return { took: Float64Array.from(took), ok }
  }

  async close(): Promise<void> {
    this.stop.abort()
    await this.following
    await this.home.close()
  }

  private async follow(partition: number): Promise<void> {
    const source = await this.home.openSource(recommendations.name, partition, 'earliest')
    const spec = topicSpec(recommendations)
    const reader = new RowReader<Row<typeof Recommended>>(spec, partition, source, 0)
    while (!this.stop.signal.aborted) {
      const records = await reader.read()
      const at = now()
      for (const { row } of records) if (row !== null) this.note(row.user, { ts: row.ts, at })
      if (records.length === 0) await source.changed(this.stop.signal)
    }
    reader.close()
    source.close()
  }

  private note(user: number, seen: Seen): void {
    const before = this.byUser.get(user)
    if (before === undefined) this.byUser.set(user, [seen])
    else before.push(seen)
    this.received++
    this.lastAt = seen.at
  }
}
