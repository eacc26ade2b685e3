import { sameKey } from './key-match.ts'
import type { RowLayout, Rows } from './row-layout.ts'
import type { SideName } from './side.ts'

export interface Found {
  both(a: Rows, aRow: number, b: Rows, bRow: number): void
  /** A row without a partner on the other side. */
  lone(side: SideName, rows: Rows, row: number): void
  /** A key that one side has `count` times, more than once. */
  repeated(side: SideName, count: number): void
}

/** Row numbers of b stand in the table of keys as what is left of -1. */
const ofB = (row: number) => -1 - row

/**
 * Finds what belongs together in two parts of rows. Of those with the same key, the first one of one side belongs to
 * the first one of the other, the second to the second.
 */
export class RowMatcher {
  private readonly layout: RowLayout
  private places = new Int32Array(0)
  /** By key: its hash; a row that has it; the next row of a that waits for one of b; the last one; how many each side has. */
  private hashes = new Int32Array(0)
  private rows = new Int32Array(0)
  private waiting = new Int32Array(0)
  private last = new Int32Array(0)
  private counts = new Int32Array(0)
  /** By row of a: the next one with the same key. */
  private next = new Int32Array(0)
  private keys = 0

  constructor(layout: RowLayout) {
    this.layout = layout
  }

  match(a: Rows, b: Rows, found: Found): void {
    this.begin(a.count, b.count)
    const { waiting, last, next, counts } = this
    for (let row = 0; row < a.count; row++) {
      const key = this.keyOf(a, row, row, a, b)
      if (counts[key * 2]++ === 0) waiting[key] = row
      else next[last[key]] = row
      last[key] = row
      next[row] = -1
    }
    for (let row = 0; row < b.count; row++) {
      const key = this.keyOf(b, row, ofB(row), a, b)
      const partner = counts[key * 2] === 0 ? -1 : waiting[key]
      counts[key * 2 + 1]++
      if (partner < 0) found.lone('b', b, row)
      else {
        waiting[key] = next[partner]
        found.both(a, partner, b, row)
      }
    }
    for (let key = 0; key < this.keys; key++) {
      const [inA, inB] = [counts[key * 2], counts[key * 2 + 1]]
      for (let row = inA === 0 ? -1 : waiting[key]; row >= 0; row = next[row]) found.lone('a', a, row)
      if (inA > 1) found.repeated('a', inA)
      if (inB > 1) found.repeated('b', inB)
    }
  }

  private begin(inA: number, inB: number): void {
    const most = inA + inB
    if (this.rows.length < most) {
      this.places = new Int32Array(2 ** Math.ceil(Math.log2(most * 2)))
      this.hashes = new Int32Array(most)
      this.rows = new Int32Array(most)
      this.waiting = new Int32Array(most)
      this.last = new Int32Array(most)
      this.counts = new Int32Array(most * 2)
    }
    if (this.next.length < inA) this.next = new Int32Array(inA)
    this.places.fill(0)
    this.counts.fill(0)
    this.keys = 0
  }

  /** The number of a row's key, which is new where no row before had it. */
  private keyOf(of: Rows, row: number, name: number, a: Rows, b: Rows): number {
    const { layout, places, hashes, rows } = this
    const mask = places.length - 1
    const hash = layout.hash(of, row)
    let place = hash & mask
    while (places[place] !== 0) {
      const key = places[place] - 1
      if (hashes[key] === hash) {
        const other = rows[key]
        const isSame =
          other >= 0 ? sameKey(layout, of, row, a, other) : sameKey(layout, of, row, b, ofB(other))
        if (isSame) return key
      }
      place = (place + 1) & mask
    }
    hashes[this.keys] = hash
    rows[this.keys] = name
    places[place] = ++this.keys
    return this.keys - 1
  }
}
