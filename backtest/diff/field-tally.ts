import { isMeasured } from './leaf.ts'
import type { RowLayout } from './row-layout.ts'

/** Changes by half a power of ten, from 1e-15 to 1e15. */
const halfDecades = 60
const lowest = -30

/** How often a field differs, and by how much. */
export interface FieldDifference {
  readonly field: string
  readonly kind: string
  /** Rows of both sides that differ in it. */
  readonly changed: number
  /** Those among them that have no distance: null on one side, no number, text. */
  readonly unmeasured: number
  /** Of the others: the change without its sign; relative is by the larger of both values. Null where there are none. */
  readonly mean: number | null
  readonly largest: number | null
  readonly meanRelative: number | null
  readonly largestRelative: number | null
  /** How many changed by how much, in order: `from` is less than `to`, and both are negative or positive. */
  readonly distribution: readonly ChangeBin[]
}

export interface ChangeBin {
  readonly from: number
  readonly to: number
  readonly count: number
}

/** Counts the differences of all fields. */
export class FieldTally {
  private readonly layout: RowLayout
  private readonly changed: Float64Array
  private readonly measured: Float64Array
  private readonly sum: Float64Array
  private readonly largest: Float64Array
  private readonly relativeSum: Float64Array
  private readonly largestRelative: Float64Array
  /** Of each field those of negative changes, then those of positive ones. */
  private readonly bins: Float64Array

  constructor(layout: RowLayout) {
    const { length } = layout.leaves
    this.layout = layout
    this.changed = new Float64Array(length)
    this.measured = new Float64Array(length)
    this.sum = new Float64Array(length)
    this.largest = new Float64Array(length)
    this.relativeSum = new Float64Array(length)
    this.largestRelative = new Float64Array(length)
    this.bins = new Float64Array(length * halfDecades * 2)
  }

  /** `by` is NaN where there is no distance. */
  add(leaf: number, by: number, relative: number): void {
    this.changed[leaf]++
    if (Number.isNaN(by)) return
    const distance = Math.abs(by)
    this.measured[leaf]++
    this.sum[leaf] += distance
    this.relativeSum[leaf] += relative
    if (distance > this.largest[leaf]) this.largest[leaf] = distance
    if (relative > this.largestRelative[leaf]) this.largestRelative[leaf] = relative
    const bin = Math.floor(Math.log10(distance) * 2) - lowest
    const within = Math.min(Math.max(bin, 0), halfDecades - 1)
    this.bins[(leaf * 2 + (by < 0 ? 0 : 1)) * halfDecades + within]++
  }

  /** Of each field that is compared, in the order of the schema. */
  differences(): FieldDifference[] {
    const { layout } = this
    return layout.leaves.slice(layout.keys, layout.compared).map((leaf, index) => {
      const at = layout.keys + index
      const [changed, measured] = [this.changed[at], this.measured[at]]
      const orNull = (value: number) => (measured === 0 ? null : value)
      return {
        field: leaf.name,
        kind: leaf.field.kind,
        changed,
        unmeasured: changed - measured,
        mean: orNull(this.sum[at] / measured),
        largest: orNull(this.largest[at]),
        meanRelative: orNull(this.relativeSum[at] / measured),
        largestRelative: orNull(this.largestRelative[at]),
        distribution: isMeasured(leaf) ? this.distribution(at) : [],
      }
    })
  }

  private distribution(leaf: number): ChangeBin[] {
    const size = (bin: number) => 10 ** ((bin + lowest) / 2)
    const found: ChangeBin[] = []
    for (let bin = halfDecades - 1; bin >= 0; bin--) {
      const count = this.bins[leaf * 2 * halfDecades + bin]
      if (count > 0) found.push({ from: -size(bin + 1), to: -size(bin), count })
    }
    for (let bin = 0; bin < halfDecades; bin++) {
      const count = this.bins[(leaf * 2 + 1) * halfDecades + bin]
      if (count > 0) found.push({ from: size(bin), to: size(bin + 1), count })
    }
    return found
  }
}
