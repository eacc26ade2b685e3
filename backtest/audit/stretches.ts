/** A stretch of offsets, from one up to another. */
export interface Stretch {
  from: number
  until: number
}

/** Stretches of offsets that came one by one, put together where they touch. */
export class Stretches {
  /** In order; they do not touch. */
  readonly merged: Stretch[] = []
  /** Offsets that came more than once. */
  repeated = 0

  add(from: number, until: number): void {
    const { merged } = this
    // Mostly it goes on where the last one ends.
    let first = merged.length
    while (first > 0 && merged[first - 1].until >= from) first--
    let last = first
    const sum = { from, until }
    for (; last < merged.length && merged[last].from <= until; last++) {
      const one = merged[last]
      this.repeated += Math.max(0, Math.min(one.until, until) - Math.max(one.from, from))
      sum.from = Math.min(sum.from, one.from)
      sum.until = Math.max(sum.until, one.until)
    }
    merged.splice(first, last - first, sum)
  }
}
