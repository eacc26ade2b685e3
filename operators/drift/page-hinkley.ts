export interface PageHinkleyOptions {
  /** Rows before the first alarm, and behind each. */
  readonly minInstances: number
  /** What a value may be off the mean without counting. */
  readonly delta: number
  readonly threshold: number
}

/** How much of the sum is carried on from row to row, as published. */
const KEPT = 1 - 0.0001

/** Page-Hinkley: adds up by how much values are off their mean, in either direction; begins anew behind a change. */
export class PageHinkley {
  /** The largest sum of the last call. */
  peak = 0
  readonly threshold: number
  private readonly minInstances: number
  private readonly delta: number
  private count = 0
  private mean = 0
  private up = 0
  private down = 0

  constructor({ minInstances, delta, threshold }: PageHinkleyOptions) {
    this.minInstances = minInstances
    this.delta = delta
    this.threshold = threshold
  }

  /** Takes the values `from` to `to` in, without those that are not finite; gives the row of the first change, or -1. */
  run(values: Float64Array, from: number, to: number): number {
    const { minInstances, delta, threshold } = this
    let { count, mean, up, down } = this
    let peak = 0
    let changed = -1
    for (let row = from; row < to; row++) {
      const value = values[row]
      if (value - value !== 0) continue
      mean += (value - mean) / ++count
      const off = value - mean
      up = KEPT * up + off - delta
      if (up < 0) up = 0
      down = KEPT * down - off - delta
      if (down < 0) down = 0
      if (count < minInstances) continue
      const larger = up > down ? up : down
      if (larger > peak) peak = larger
      if (larger < threshold) continue
      if (changed < 0) changed = row
      count = mean = up = down = 0
    }
    this.count = count
    this.mean = mean
    this.up = up
    this.down = down
    this.peak = peak
    return changed
  }

  save(): Float64Array {
    return Float64Array.of(this.count, this.mean, this.up, this.down)
  }

  restore([count, mean, up, down]: Float64Array): void {
    this.count = count
    this.mean = mean
    this.up = up
    this.down = down
  }
}
