import type { Row } from '../../engine/index.ts'
import type { Click } from '../../schemas/click.ts'
import type { Purchase } from '../../schemas/purchase.ts'
import { categoryCount, companionOf, itemOf, prices, rankOf } from './catalogue.ts'
import { Random } from './random.ts'

type ClickRow = Row<typeof Click>
type PurchaseRow = Row<typeof Purchase>

export interface ShopEvents {
  readonly clicks: ClickRow[]
  readonly purchases: PurchaseRow[]
  /** Values that are no click, so that something is rejected. */
  readonly broken: string[]
}

export interface ShopOptions {
  readonly seed: number
  /** Event time at which it begins. */
  readonly startMs: number
  readonly perSecond: number
  /** Default 10,000: with 20,000 events a second some twenty of each user in ten seconds. */
  readonly users?: number
  /** So long after the beginning, in event time, people begin to buy dearer and more: what drift is to find. */
  readonly shiftAfterMs?: number
  /** Whether now and then someone clicks and buys like mad: what the anomaly model is to find. Default true. */
  readonly bursts?: boolean
}

/** An event may come so much later than it happened and still count. */
const jitterMs = 1000
/** One in so many comes far too late, one in so many is broken, one in so many begins a burst. */
const lateOneIn = 500
const brokenOneIn = 5000
const burstOneIn = 40_000
const burstEvents = 120
const longestDelayMs = 60_000

/**
 * Clicks and purchases of a shop whose users have tastes, without end. The events depend on the options alone, not on
 * how they are cut into chunks.
 */
export class ShopGenerator {
  /** Users whose bursts have begun, in order: the truth for what the anomaly model finds. */
  readonly bursts: { user: number; ts: number }[] = []
  private readonly options: ShopOptions
  private readonly random: Random
  private readonly users: number
  private readonly lastBought: Int32Array
  private count = 0
  private burst = { user: 0, left: 0 }

  constructor(options: ShopOptions) {
    this.options = options
    this.random = new Random(options.seed)
    this.users = options.users ?? 10_000
    this.lastBought = new Int32Array(this.users).fill(-1)
  }

  next(events: number): ShopEvents {
    const { startMs, perSecond } = this.options
    const made: ShopEvents = { clicks: [], purchases: [], broken: [] }
    for (let i = 0; i < events; i++) this.event(startMs + (this.count++ * 1000) / perSecond, made)
    return made
  }

  private event(now: number, made: ShopEvents): void {
    const { random } = this
    const delay = random.oneIn(lateOneIn)
      ? jitterMs + random.next() * longestDelayMs
      : random.next() * jitterMs
    // Nothing has happened before the shop has opened.
    const ts = Math.max(this.options.startMs, Math.floor(now - delay))
    if (this.options.bursts !== false && random.oneIn(burstOneIn)) this.beginBurst(ts)
    const inBurst = this.burst.left > 0 && random.oneIn(20)
    // Some users click more than others.
    const user = inBurst ? this.burst.user : Math.floor(this.users * random.next() ** 1.1)
    const share = random.next()
    if (inBurst) this.burst.left--
    if (share < (inBurst ? 0.5 : 0.07)) made.purchases.push(this.purchase(ts, user, now, inBurst))
    else {
      const click = this.click(ts, user, share)
      if (random.oneIn(brokenOneIn)) made.broken.push(this.damage(click))
      else made.clicks.push(click)
    }
  }

  private beginBurst(ts: number): void {
    this.burst = { user: this.random.below(this.users), left: burstEvents }
    this.bursts.push({ user: this.burst.user, ts })
  }

  private click(ts: number, user: number, share: number): ClickRow {
    const item = this.itemFor(user)
    const kind = share < 0.8 ? 'view' : share < 0.95 ? 'cart' : 'bot'
    return { ts, user, item, value: kind === 'cart' ? prices[item] : 0, kind }
  }

  private purchase(ts: number, user: number, now: number, inBurst: boolean): PurchaseRow {
    const { startMs, shiftAfterMs = Number.POSITIVE_INFINITY } = this.options
    const last = this.lastBought[user]
    const item = last >= 0 && this.random.oneIn(2) ? companionOf(last) : this.itemFor(user)
    this.lastBought[user] = item
    const shifted = now - startMs >= shiftAfterMs
    const quantity = 1 + this.random.below(inBurst ? 20 : shifted ? 5 : 2)
    return { ts, user, item, quantity, value: Math.round(prices[item] * quantity * 100) / 100 }
  }

  /** Mostly of the three categories that the user likes. */
  private itemFor(user: number): number {
    const { random } = this
    const category = random.oneIn(5)
      ? random.below(categoryCount)
      : (user * 7 + random.below(3) * 3) % categoryCount
    return itemOf(category, rankOf(random))
  }

  private damage(click: ClickRow): string {
    const text = JSON.stringify(click)
    return this.random.oneIn(2) ? text.slice(0, text.length / 2) : text.replace('"user":', '"usr":')
  }
}
