import type { SessionTable } from './session-table.ts'
import { END, FIRST, PLACE, WIDTH } from './session-table.ts'

/** Into how many stretches of time the sessions that end within one gap are divided. */
const BUCKETS_PER_GAP = 64

/**
 * Sessions by the time at which they close, in buckets. A session that goes on stays in the bucket where
 * it was first put and is moved when that one comes up: most rows then cost nothing here. Each session
 * is in one bucket, and its number is free again when it leaves that.
 */
export class ClosingQueue {
  private readonly table: SessionTable
  private readonly bucketMs: number
  private readonly buckets = new Map<number, number[]>()
  /** The numbers of the buckets, the earliest last. */
  private readonly order: number[] = []

  constructor(table: SessionTable, gapMs: number) {
    this.table = table
    this.bucketMs = Math.max(1, gapMs / BUCKETS_PER_GAP)
  }

  add(session: number): void {
    const number = this.bucketOf(session)
    let bucket = this.buckets.get(number)
    if (bucket === undefined) {
      bucket = []
      this.buckets.set(number, bucket)
      let place = this.order.length
      while (place > 0 && this.order[place - 1] < number) place--
      this.order.splice(place, 0, number)
    }
    bucket.push(session)
  }

  /** Takes out the sessions that end by then: by their end, then their start, then as they appeared. */
  take(watermark: number): number[] {
    const { bounds } = this.table
    const taken: number[] = []
    for (;;) {
      const first = this.order.at(-1)
      if (first === undefined || first * this.bucketMs > watermark) return taken
      const bucket = this.settle(first)
      const due = bucket.filter(session => bounds[session * WIDTH + END] <= watermark)
      if (due.length > 1) due.sort((a, b) => this.compare(a, b))
      for (const session of due) taken.push(session)
      if (due.length === bucket.length) this.drop(first)
      else {
        const rest = bucket.filter(session => bounds[session * WIDTH + END] > watermark)
        this.buckets.set(first, rest)
        return taken
      }
    }
  }

  /** When the next session closes; Infinity for none. */
  next(): number {
    const { bounds } = this.table
    for (;;) {
      const first = this.order.at(-1)
      if (first === undefined) return Number.POSITIVE_INFINITY
      const bucket = this.settle(first)
      if (bucket.length > 0) {
        return bucket.reduce(
          (least, session) => Math.min(least, bounds[session * WIDTH + END]),
          Number.POSITIVE_INFINITY,
        )
      }
      this.drop(first)
    }
  }

  /** Moves on what has been extended since, lets go of what is there no more; gives what stays. */
  private settle(number: number): number[] {
    const bucket = this.buckets.get(number) as number[]
    let kept = 0
    for (const session of bucket) {
      if (this.table.owner[session] < 0) this.table.recycle(session)
      else if (this.bucketOf(session) !== number) this.add(session)
      else bucket[kept++] = session
    }
    bucket.length = kept
    return bucket
  }

  private drop(number: number): void {
    this.buckets.delete(number)
    this.order.pop()
  }

  private bucketOf(session: number): number {
    return Math.floor(this.table.bounds[session * WIDTH + END] / this.bucketMs)
  }

  private compare(a: number, b: number): number {
    const { bounds } = this.table
    const one = a * WIDTH
    const other = b * WIDTH
    return (
      bounds[one + END] - bounds[other + END] ||
      bounds[one + FIRST] - bounds[other + FIRST] ||
      bounds[one + PLACE] - bounds[other + PLACE]
    )
  }
}
