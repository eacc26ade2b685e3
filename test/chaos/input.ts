import type { Sent } from './row-batches.ts'
import { RowBatches, userInEach } from './row-batches.ts'
import type { SubjectInput } from './subject.ts'
import type { Input } from './topics.ts'
import { PARTITIONS, poison } from './topics.ts'

const START = 1_700_000_000_000
export const USERS = 40
export const ITEMS = 12
/** How far event time gets in a chunk, and how many rows of each topic it has at most. */
const CHUNK_MS = 800
const CHUNK_ROWS: Record<Input, number> = { clicks: 50, orders: 20, accounts: 8 }
const DAY = 86_400_000

/** Endless random input with late, malformed, undated and poisoned rows; the same for the same random numbers. */
export class ChaosInput implements SubjectInput {
  rows = 0
  private chunks = 0
  private readonly random: () => number

  constructor(random: () => number) {
    this.random = random
  }

  /** The next stretch of event time, some rows of each topic. */
  chunk(): Sent[] {
    const from = START + this.chunks++ * CHUNK_MS
    return Object.entries(CHUNK_ROWS).flatMap(([topic, most]) => this.part(topic as Input, from, most))
  }

  /** One row in each partition far ahead: all windows close, all joins are decided. */
  sentinels(): Sent[] {
    const ts = START + this.chunks * CHUNK_MS + 3_600_000
    return Object.keys(CHUNK_ROWS).flatMap(topic => {
      const batches = new RowBatches(topic, PARTITIONS)
      for (const user of userInEach(PARTITIONS)) {
        batches.add(ts, user, JSON.stringify(this.row(topic as Input, ts, user)))
      }
      return batches.sent()
    })
  }

  private part(topic: Input, from: number, most: number): Sent[] {
    const batches = new RowBatches(topic, PARTITIONS)
    for (let rows = this.below(most); rows > 0; rows--) {
      const user = this.below(USERS)
      const late = this.random() < 0.1 ? this.below(20_000) : 0
      const ts = from + this.below(CHUNK_MS) - late
      batches.add(ts, user, this.value(topic, ts, user))
      this.rows++
    }
    return batches.sent()
  }

  private value(topic: Input, ts: number, user: number): string | null {
    const odd = this.random() * 200
    if (odd < 1) return '{"ts":'
    if (odd < 2) return '{"ts":"yesterday","user":[]}'
    if (odd < 3) return null
    if (odd < 4) return JSON.stringify(this.row(topic, -5, user))
    if (odd < 5) return JSON.stringify(this.row(topic, ts + 40 * DAY, user))
    return JSON.stringify(this.row(topic, ts, user))
  }

  /** Values are quarters, so that sums are exact whatever the order. */
  private row(topic: Input, ts: number, user: number): object {
    const quarters = this.below(4000) / 4
    if (topic === 'orders') return { ts, user, amount: quarters }
    if (topic === 'accounts') return { ts, user, plan: `plan-${this.below(5)}` }
    const kind = this.random() < 0.01 ? poison : this.random() < 0.3 ? 'buy' : 'view'
    return { ts, user, item: this.below(ITEMS), value: quarters, kind }
  }

  private below(end: number): number {
    return Math.floor(this.random() * end)
  }
}
