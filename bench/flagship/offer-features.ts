import { setTimeout as delay } from 'node:timers/promises'
import type { RedisOptions } from '../../connectors/redis/config.ts'
import { RedisFeatures } from '../../connectors/redis/features.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import { offers } from '../../jobs/clickstream/stores.ts'
import { now } from '../kafka/meter.ts'
import type { Purchase } from './sender.ts'

const LOOK_MS = 5
/** More are not waited for at a time: asking would then be what takes the time. */
const WAITING_MAX = 64

/** Asks for the offers of users that have just bought something until they are there. */
export class OfferFeatures {
  private readonly store: FeatureStore
  private readonly stop = new AbortController()
  private readonly asking: Promise<void>
  private waiting: Purchase[] = []
  private readonly seen: { readonly sent: number; readonly at: number }[] = []

  constructor(redis: RedisOptions) {
    this.store = new RedisFeatures(redis)
    this.asking = this.ask()
    this.asking.catch(() => {})
  }

  expect(purchase: Purchase): void {
    const isNew = this.waiting.every(({ user }) => user !== purchase.user)
    if (isNew && this.waiting.length < WAITING_MAX) this.waiting.push(purchase)
  }

  latencies(since: number): Float64Array {
    return Float64Array.from(
      this.seen.filter(({ sent }) => sent >= since),
      ({ sent, at }) => at - sent,
    )
  }

  async close(): Promise<void> {
    this.stop.abort()
    await this.asking
    await this.store.close()
  }

  private async ask(): Promise<void> {
    for (; !this.stop.signal.aborted; await delay(LOOK_MS)) {
      const asked = this.waiting
      if (asked.length === 0) continue
      const times = await this.times(asked.map(({ user }) => user))
      const at = now()
      const isThere = asked.map(({ ts }, index) => (times[index] ?? Number.NEGATIVE_INFINITY) >= ts)
      this.seen.push(...asked.filter((_, index) => isThere[index]).map(({ sent }) => ({ sent, at })))
      // Others may have come meanwhile, behind those.
      this.waiting = this.waiting.filter((_, index) => isThere[index] !== true)
    }
  }

  /** Event times of what is stored. */
  private async times(users: readonly number[]): Promise<(number | null)[]> {
    try {
      const { rows } = await this.store.get({ view: offers.name, entities: users, fields: ['items'] })
      return rows.map(([{ time }]) => time)
    } catch (error) {
      if (isHeadraceError(error, 'HR_VIEW_UNKNOWN')) return users.map(() => null)
      throw error
    }
  }
}
