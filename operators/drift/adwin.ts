/** Rows between two looks for a change, and the smallest parts that a window is cut into, as published. */
const CLOCK = 32
const GRACE = 10
const SHORTEST = 5
const BUCKETS = 5
/** One more bucket a level, before two of them become one of the next level. */
const ROOM = BUCKETS + 1
/** Buckets of the last level hold 2^39 rows: there is no end to it. */
const LEVELS = 40

/**
 * ADWIN (Bifet and Gavalda, 2007): a window that grows as long as the mean in it stays the same, in buckets of
 * 1, 2, 4, ... rows. It is cut where two parts of it have means that differ by more than chance allows.
 */
export class Adwin {
  /** By how much the means differed at most in the last call, in multiples of what chance allows: more than 1 is a change. */
  peak = 0
  private readonly delta: number
  /** By level, the oldest bucket first. */
  private readonly totals = new Float64Array(LEVELS * ROOM)
  private readonly variances = new Float64Array(LEVELS * ROOM)
  private readonly used = new Int32Array(LEVELS)
  private levels = 1
  private width = 0
  private total = 0
  private variance = 0
  private untilLook = CLOCK

  constructor(delta: number) {
    this.delta = delta
  }

  /** Takes the values `from` to `to` in, without those that are not finite; gives the row of the first change, or -1. */
  run(values: Float64Array, from: number, to: number): number {
    let changed = -1
    this.peak = 0
    for (let row = from; row < to; row++) {
      const value = values[row]
      if (value - value !== 0) continue
      this.insert(value)
      if (--this.untilLook > 0) continue
      this.untilLook = CLOCK
      if (this.width > GRACE && this.look() && changed < 0) changed = row
    }
    return changed
  }

  /** All that there is, in a form that `restore` takes. */
  save(): Float64Array {
    const { levels, used, totals, variances } = this
    const filled = Array.from({ length: levels }, (_, level) => level * ROOM).flatMap((at, level) =>
      Array.from({ length: used[level] }, (_, nth) => at + nth),
    )
    return Float64Array.of(
      this.width,
      this.total,
      this.variance,
      this.untilLook,
      levels,
      ...used.subarray(0, levels),
      ...filled.flatMap(at => [totals[at], variances[at]]),
    )
  }

  restore(saved: Float64Array): void {
    ;[this.width, this.total, this.variance, this.untilLook, this.levels] = saved
    this.used.fill(0).set(saved.subarray(5, 5 + this.levels))
    let next = 5 + this.levels
    for (let level = 0; level < this.levels; level++) {
      for (let at = level * ROOM; at < level * ROOM + this.used[level]; at++) {
        this.totals[at] = saved[next++]
        this.variances[at] = saved[next++]
      }
    }
  }

  private insert(value: number): void {
    const before = this.width++
    if (before > 0) {
      const distance = value * before - this.total
      this.variance += (distance * distance) / (before * this.width)
    }
    this.total += value
    const at = this.used[0]++
    this.totals[at] = value
    this.variances[at] = 0
    if (at === BUCKETS) this.merge()
  }

  /** Makes one bucket of the two oldest ones of a level that is full, and so on upwards. */
  private merge(): void {
    const { totals, variances, used } = this
    let part = 0.5
    for (let level = 0; used[level] === ROOM; level++, part /= 2) {
      const at = level * ROOM
      const distance = totals[at] - totals[at + 1]
      const into = at + ROOM + used[level + 1]++
      totals[into] = totals[at] + totals[at + 1]
      variances[into] = variances[at] + variances[at + 1] + distance * distance * part
      this.drop(level, 2)
      if (level + 1 === this.levels) this.levels++
    }
  }

  private drop(level: number, count: number): void {
    const at = level * ROOM
    const left = (this.used[level] -= count)
    for (let nth = at; nth < at + left; nth++) {
      this.totals[nth] = this.totals[nth + count]
      this.variances[nth] = this.variances[nth + count]
    }
  }

  /** Whether there is a change; lets go of the oldest buckets until there is none. */
  private look(): boolean {
    let changed = false
    while (this.isCut()) {
      changed = true
      this.dropOldest()
    }
    return changed
  }

  /** Whether the means on both sides of some cut differ by more than chance allows. */
  private isCut(): boolean {
    const { totals, used, width, total } = this
    const mean = total / width
    const confidence = Math.log((2 * Math.log(width)) / this.delta)
    const spread = (2 * Math.max(0, this.variance) * confidence) / width
    const slack = (2 / 3) * confidence
    const known = Math.min(this.peak, 1)
    const [knownSlack, knownSpread] = [known * slack, (known * known * spread) / width]
    let rows = 0
    let sum = 0
    for (let level = this.levels - 1, size = 2 ** level; level >= 0; level--, size /= 2) {
      const end = level * ROOM + used[level]
      for (let at = level * ROOM; at < end; at++) {
        rows += size
        sum += totals[at]
        const rest = width - rows
        const excess = Math.abs(sum - rows * mean) - knownSlack
        // Most cuts are no new peak by far. This says so without a division; what follows allows still more.
        if (excess <= 0 || excess * excess <= knownSpread * rows * rest) continue
        if (rows >= SHORTEST && rest >= SHORTEST && this.isCutAt(rows, sum, spread, slack)) return true
      }
    }
    return false
  }

  /** Whether the means of the oldest rows, which add up to `sum`, and of the rest differ by too much. */
  private isCutAt(rows: number, sum: number, spread: number, slack: number): boolean {
    const rest = this.width - rows
    const shortness = 1 / (rows - SHORTEST + 1) + 1 / (rest - SHORTEST + 1)
    const allowed = Math.sqrt(spread * shortness) + slack * shortness
    const difference = Math.abs(sum / rows - (this.total - sum) / rest)
    if (difference > this.peak * allowed) this.peak = difference / allowed
    return difference > allowed
  }

  private dropOldest(): void {
    const level = this.levels - 1
    const rows = 2 ** level
    const total = this.totals[level * ROOM]
    this.width -= rows
    this.total -= total
    const distance = total / rows - this.total / this.width
    this.variance -=
      this.variances[level * ROOM] + (rows * this.width * distance * distance) / (rows + this.width)
    this.drop(level, 1)
    while (this.levels > 1 && this.used[this.levels - 1] === 0) this.levels--
  }
}
