import type { Batch } from '../batch/batch.ts'
import type { StepWatch } from '../graph/watch.ts'
import { limits } from '../limits.ts'
import type { CountedBy } from '../step.ts'
import type { WindowCounts } from './audit-entry.ts'

const READ = 0
const USED = 1
const LATE = 2
const REJECTED = 3
const WIDTH = 4
const FEWEST = 16

/** Counts the rows of a step by window: as they come, as they go into it, and as they are turned away. */
export class WindowWatch implements StepWatch {
  readonly counted: CountedBy
  private readonly lengthMs: number
  private readonly places = new Map<number, number>()
  private counts = new Float64Array(FEWEST * WIDTH)
  /** The two windows that were counted last: rows out of order go to and fro between them. */
  private newest = Number.NaN
  private newestAt = 0
  private other = Number.NaN
  private otherAt = 0

  constructor(counted: CountedBy) {
    this.counted = counted
    this.lengthMs = counted.lengthMs
  }

  get isFull(): boolean {
    return this.places.size >= limits.auditWindows
  }

  took({ time, rows }: Batch): void {
    this.count(time, rows, READ)
  }

  used(windowStart: number, rows: number): void {
    this.add(windowStart, USED, rows)
  }

  late({ time, rows }: Batch): void {
    this.count(time, rows, LATE)
  }

  rejected({ time }: Batch, row: number): void {
    this.add(this.startOf(time[row]), REJECTED, 1)
  }

  /** What was counted since the last call, by window. */
  take(): WindowCounts[] {
    const { counts } = this
    const taken = [...this.places].map(([start, at]): WindowCounts => {
      const [read, late, rejected] = [counts[at + READ], counts[at + LATE], counts[at + REJECTED]]
      const used = this.counted.by === 'time' ? read - late - rejected : counts[at + USED]
      return [start, read, used, late, rejected]
    })
    counts.fill(0, 0, this.places.size * WIDTH)
    this.places.clear()
    this.newest = Number.NaN
    this.other = Number.NaN
    return taken.sort((a, b) => a[0] - b[0])
  }

  private count(time: Float64Array, rows: number, what: number): void {
    const { lengthMs } = this
    for (let from = 0; from < rows; ) {
      const start = this.startOf(time[from])
      const end = start + lengthMs
      let to = from + 1
      while (to < rows && time[to] >= start && time[to] < end) to++
      this.add(start, what, to - from)
      from = to
    }
  }

  private add(start: number, what: number, rows: number): void {
    // First: it may give the counts a larger place.
    const at = this.placeOf(start)
    this.counts[at + what] += rows
  }

  private startOf(time: number): number {
    return Math.floor(time / this.lengthMs) * this.lengthMs
  }

  private placeOf(start: number): number {
    if (start === this.newest) return this.newestAt
    if (start === this.other) return this.otherAt
    let place = this.places.get(start)
    if (place === undefined) {
      place = this.places.size * WIDTH
      this.places.set(start, place)
      if (place + WIDTH > this.counts.length) this.grow()
    }
    this.other = this.newest
    this.otherAt = this.newestAt
    this.newest = start
    this.newestAt = place
    return place
  }

  private grow(): void {
    const larger = new Float64Array(this.counts.length * 2)
    larger.set(this.counts)
    this.counts = larger
  }
}
