import type { Row } from '../../engine/index.ts'
import type { Click } from '../../schemas/click.ts'

type ClickRow = Row<typeof Click>

export interface Clicks {
  readonly clicks: readonly ClickRow[]
  /** Values that are no click, so that something is rejected. */
  readonly broken: readonly string[]
}

const users = 10_000
/** A click may come so much later than it happened and still count. */
const jitterMs = 1000
/** One in so many comes far too late, one in so many is broken. */
const lateOneIn = 500
const brokenOneIn = 5000
const longestDelayMs = 60_000

/** An endless clickstream that depends on its seed alone: the same events for every way to cut it into chunks. */
export class ClickGenerator {
  private state: number
  private count = 0
  private readonly startMs: number
  private readonly perSecond: number

  constructor(seed: number, startMs: number, perSecond: number) {
    this.state = seed | 0
    this.startMs = startMs
    this.perSecond = perSecond
  }

  next(events: number): Clicks {
    const clicks: ClickRow[] = []
    const broken: string[] = []
    for (let i = 0; i < events; i++) {
      const now = this.startMs + (this.count++ * 1000) / this.perSecond
      const click = this.click(now)
      if (this.oneIn(brokenOneIn)) broken.push(this.damage(click))
      else clicks.push(click)
    }
    return { clicks, broken }
  }

  private click(now: number): ClickRow {
    const kind = this.kind()
    const delay = this.oneIn(lateOneIn) ? jitterMs + this.random() * longestDelayMs : this.random() * jitterMs
    return {
      ts: Math.floor(now - delay),
      // A few users click a lot.
      user: Math.floor(users * this.random() ** 3),
      item: Math.floor(this.random() * 100_000),
      value: kind === 'purchase' ? Math.round(this.random() * 10_000) / 100 : 0,
      kind,
    }
  }

  private kind(): string {
    const share = this.random()
    if (share < 0.7) return 'view'
    if (share < 0.85) return 'cart'
    return share < 0.95 ? 'purchase' : 'bot'
  }

  private damage(click: ClickRow): string {
    const text = JSON.stringify(click)
    return this.oneIn(2) ? text.slice(0, text.length / 2) : text.replace('"user":', '"usr":')
  }

  private oneIn(count: number): boolean {
    return this.random() * count < 1
  }

  /** Mulberry32: a number from 0 up to 1. */
  private random(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
