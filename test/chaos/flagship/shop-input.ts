import { ShopGenerator } from '../../../jobs/clickstream/shop-generator.ts'
import { clicks, purchases } from '../../../jobs/clickstream/topics.ts'
import type { Sent } from '../row-batches.ts'
import { RowBatches, userInEach } from '../row-batches.ts'
import type { SubjectInput } from '../subject.ts'

export const PARTITIONS = 2
/** Few, so that each has several events in a window. */
export const USERS = 120
/** Of event time, which goes on about ten times as fast as the clock. */
const PER_SECOND = 80
const CHUNK_EVENTS = 120
/** One chunk in so many has a value that is no click. */
const BROKEN_ONE_IN = 10
const HOUR = 3_600_000

/** What the generated shop sees, from an hour ago: views forget what is older than a day. */
export class ShopInput implements SubjectInput {
  rows = 0
  private readonly generator: ShopGenerator
  /** The latest event time so far. */
  private latest = 0

  constructor(seed: number) {
    const startMs = (Math.floor(Date.now() / HOUR) - 1) * HOUR
    this.generator = new ShopGenerator({ seed, startMs, perSecond: PER_SECOND, users: USERS })
  }

  chunk(): Sent[] {
    const made = this.generator.next(CHUNK_EVENTS)
    this.rows += CHUNK_EVENTS
    this.latest = Math.max(this.latest, ...made.clicks.map(({ ts }) => ts))
    const clicked = batchesOf(clicks.name, made.clicks)
    if (this.rows % (CHUNK_EVENTS * BROKEN_ONE_IN) === 0) made.broken.push('{"ts":')
    for (const value of made.broken) clicked.add(this.latest, value.length, value)
    return [...clicked.sent(), ...batchesOf(purchases.name, made.purchases).sent()]
  }

  /** An hour later one click and one purchase in each partition: nothing has to fall idle for windows to close. */
  sentinels(): Sent[] {
    const last = { ts: this.latest + HOUR, item: 0, value: 0 }
    const users = userInEach(PARTITIONS)
    const clicked = users.map(user => ({ ...last, user, kind: 'view' }))
    const bought = users.map(user => ({ ...last, user, quantity: 1 }))
    return [...batchesOf(clicks.name, clicked).sent(), ...batchesOf(purchases.name, bought).sent()]
  }
}

function batchesOf(topic: string, rows: readonly { readonly ts: number; readonly user: number }[]) {
  const batches = new RowBatches(topic, PARTITIONS)
  for (const row of rows) batches.add(row.ts, row.user, JSON.stringify(row))
  return batches
}
