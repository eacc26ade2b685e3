import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'

const outcomes = ['equal', 'changed', 'onlyA', 'onlyB'] as const

export type TimeOutcome = (typeof outcomes)[number]

export interface TimeBucket extends Readonly<Record<TimeOutcome, number>> {
  /** Its beginning, in milliseconds of event time. */
  readonly from: number
}

const widths = [
  ...[1, 10, 100, 1000, 5000, 10_000, 30_000],
  ...[1, 2, 5, 10, 30].map(minutes => minutes * 60_000),
  ...[1, 3, 6, 12].map(hours => hours * 3_600_000),
  ...[1, 7, 30, 90, 365, 3650, 36_500].map(days => days * 86_400_000),
]

/** Buckets that a width is chosen for: as many as a page can show. */
const wanted = 60

/** A round width with which not too many buckets cover the time. */
export function bucketWidth(earliest: number, latest: number): number {
  const span = Math.max(0, latest - earliest)
  const fitting = widths.find(width => span / width < wanted)
  // Time may reach from one end of what a date can be to the other.
  return fitting ?? Math.ceil(span / wanted)
}

/** Counts rows by when they are. */
export class TimeTally {
  readonly widthMs: number
  private readonly first: number
  private readonly counts: Float64Array

  constructor(earliest: number, latest: number, widthMs: number) {
    this.widthMs = widthMs
    const isEmpty = earliest > latest
    this.first = isEmpty ? 0 : Math.floor(earliest / widthMs)
    const buckets = isEmpty ? 0 : Math.floor(latest / widthMs) - this.first + 1
    if (buckets > limits.diffBuckets) {
      const message = `${buckets} buckets of ${widthMs} ms are too many: at most ${limits.diffBuckets}`
      throw new HeadraceError('HR_USAGE', message)
    }
    this.counts = new Float64Array(buckets * outcomes.length)
  }

  get size(): number {
    return this.counts.length / outcomes.length
  }

  bucketOf(time: number): number {
    return Math.floor(time / this.widthMs) - this.first
  }

  add(time: number, outcome: TimeOutcome): void {
    this.counts[this.bucketOf(time) * outcomes.length + outcomes.indexOf(outcome)]++
  }

  /** In order, those without rows too. */
  buckets(): TimeBucket[] {
    return Array.from({ length: this.size }, (_, bucket) => {
      const [equal, changed, onlyA, onlyB] = this.counts.subarray(bucket * 4, bucket * 4 + 4)
      return { from: (this.first + bucket) * this.widthMs, equal, changed, onlyA, onlyB }
    })
  }
}
