import { partitionOf } from '../../engine/codec/murmur2.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import type { Input } from './topics.ts'
import { PARTITIONS, poison } from './topics.ts'

/** Rows of one topic that are sent together, by partition: finished record batches. */
export interface Sent {
  readonly topic: Input
  readonly partition: number
  readonly batch: Uint8Array
}

const encoder = new TextEncoder()
const START = 1_700_000_000_000
export const USERS = 40
export const ITEMS = 12
/** How far event time gets in a chunk, and how many rows of each topic it has at most. */
const CHUNK_MS = 800
const CHUNK_ROWS: Record<Input, number> = { clicks: 50, orders: 20, accounts: 8 }
const DAY = 86_400_000

/** Endless random input with late, malformed, undated and poisoned rows; the same for the same random numbers. */
export class ChaosInput {
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
    return Object.keys(CHUNK_ROWS).flatMap(topic =>
      Array.from({ length: PARTITIONS }, (_, partition) => {
        const builder = new RecordBatchBuilder()
        const user = userIn(partition)
        builder.append(ts, keyOf(user), encoder.encode(JSON.stringify(this.row(topic as Input, ts, user))))
        return { topic: topic as Input, partition, batch: builder.build() }
      }),
    )
  }

  private part(topic: Input, from: number, most: number): Sent[] {
    const builders = new Map<number, RecordBatchBuilder>()
    for (let rows = this.below(most); rows > 0; rows--) {
      const user = this.below(USERS)
      const key = keyOf(user)
      const partition = partitionOf(key, 0, key.length, PARTITIONS)
      const builder = builders.getOrInsertComputed(partition, () => new RecordBatchBuilder())
      const late = this.random() < 0.1 ? this.below(20_000) : 0
      const ts = from + this.below(CHUNK_MS) - late
      builder.append(ts, key, this.value(topic, ts, user))
      this.rows++
    }
    return [...builders].map(([partition, builder]) => ({ topic, partition, batch: builder.build() }))
  }

  private value(topic: Input, ts: number, user: number): Uint8Array | null {
    const odd = this.random() * 200
    if (odd < 1) return encoder.encode('{"ts":')
    if (odd < 2) return encoder.encode('{"ts":"yesterday","user":[]}')
    if (odd < 3) return null
    if (odd < 4) return encoder.encode(JSON.stringify(this.row(topic, -5, user)))
    if (odd < 5) return encoder.encode(JSON.stringify(this.row(topic, ts + 40 * DAY, user)))
    return encoder.encode(JSON.stringify(this.row(topic, ts, user)))
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

function keyOf(user: number): Uint8Array {
  return encoder.encode(String(user))
}

function userIn(partition: number): number {
  for (let user = 0; ; user++) {
    const key = keyOf(user)
    if (partitionOf(key, 0, key.length, PARTITIONS) === partition) return user
  }
}
