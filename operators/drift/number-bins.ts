const CELLS = 1024

/** Finds the bin of a number: a grid over the range leads to the few bins that it may be in. */
export class NumberBins {
  /** One more than there are edges. */
  readonly count: number
  private readonly edges: Float64Array
  /** By cell of the grid the edges in the cells before it; one entry more for all. */
  private readonly before = new Int32Array(CELLS + 1)
  private readonly low: number
  private readonly scale: number

  constructor(edges: readonly number[]) {
    this.edges = Float64Array.from(edges)
    this.count = edges.length + 1
    const [first = 0, last = 0] = [edges[0], edges.at(-1)]
    this.low = first
    const scale = CELLS / (last - first)
    this.scale = Number.isFinite(scale) ? scale : 0
    for (const edge of edges) this.before[this.cellOf(edge) + 1]++
    for (let cell = 0; cell < CELLS; cell++) this.before[cell + 1] += this.before[cell]
  }

  /** Counts the values `from` to `to` by bin; gives how many there were. Those that are not finite are left out. */
  add(values: Float64Array, from: number, to: number, counts: Int32Array): number {
    const { edges, before, low, scale } = this
    let added = 0
    for (let row = from; row < to; row++) {
      const value = values[row]
      if (value - value !== 0) continue
      const at = (value - low) * scale
      // As in cellOf: the order of values is that of their cells, so no rounding can lead astray.
      const cell = at > 0 ? (at < CELLS ? at | 0 : CELLS - 1) : 0
      let bin = before[cell]
      let last = before[cell + 1]
      while (bin < last) {
        const middle = (bin + last) >>> 1
        if (edges[middle] < value) bin = middle + 1
        else last = middle
      }
      counts[bin]++
      added++
    }
    return added
  }

  private cellOf(value: number): number {
    const at = (value - this.low) * this.scale
    return at > 0 ? (at < CELLS ? at | 0 : CELLS - 1) : 0
  }
}
