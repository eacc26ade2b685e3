import type { BothSides } from './difference.ts'
import type { RowLayout, Rows } from './row-layout.ts'
import type { SideName } from './side.ts'

/** The mean of a field in each bucket of time; null where no row has a number there. */
export interface MeansOverTime extends BothSides<readonly (number | null)[]> {
  readonly field: string
}

/** Adds up the numbers of both sides by bucket of time. */
export class MeanTally {
  private readonly layout: RowLayout
  private readonly leaves: readonly number[]
  private readonly buckets: number
  private readonly sums: BothSides<Float64Array>
  private readonly counts: BothSides<Float64Array>

  constructor(layout: RowLayout, buckets: number) {
    this.layout = layout
    this.buckets = buckets
    this.leaves = layout.leaves.flatMap(({ form, field }, leaf) => {
      const isCompared = leaf >= layout.keys && leaf < layout.compared
      return isCompared && form === 'number' && field.kind !== 'timestamp' ? [leaf] : []
    })
    const zeros = () => new Float64Array(this.leaves.length * buckets)
    this.sums = { a: zeros(), b: zeros() }
    this.counts = { a: zeros(), b: zeros() }
  }

  add(side: SideName, rows: Rows, row: number, bucket: number): void {
    const { layout, leaves } = this
    const [sums, counts] = [this.sums[side], this.counts[side]]
    const { f64 } = rows.words
    let at = bucket * leaves.length
    for (let k = 0; k < leaves.length; k++, at++) {
      const value = f64[layout.word(row, leaves[k])]
      if (layout.isNull(rows, row, leaves[k]) || !Number.isFinite(value)) continue
      sums[at] += value
      counts[at]++
    }
  }

  means(): MeansOverTime[] {
    const { layout, leaves, buckets } = this
    const of = (side: SideName, k: number) =>
      Array.from({ length: buckets }, (_, bucket) => {
        const at = bucket * leaves.length + k
        const count = this.counts[side][at]
        return count === 0 ? null : this.sums[side][at] / count
      })
    return leaves.map((leaf, k) => ({ field: layout.leaves[leaf].name, a: of('a', k), b: of('b', k) }))
  }
}
