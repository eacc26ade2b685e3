import { sameBytes, sameNumber } from './key-match.ts'
import type { RowLayout, Rows } from './row-layout.ts'
import type { Tolerance } from './tolerance.ts'
import { exact } from './tolerance.ts'

const decoder = new TextDecoder()

/** How far the values of a leaf in two rows are apart. */
export class ValueDifference {
  /** The last difference, from a to b; NaN where there is none to be had, as between a number and null. */
  by = 0
  /** The same by the larger of both values. */
  relative = 0
  /** Whether the values that counted as equal were not quite. */
  isNear = false
  private readonly layout: RowLayout
  private readonly absolutes: Float64Array
  private readonly relatives: Float64Array

  constructor(layout: RowLayout, tolerances: ReadonlyMap<string, Tolerance>) {
    this.layout = layout
    const all = layout.leaves.map(({ name }) => tolerances.get(name) ?? exact)
    this.absolutes = Float64Array.from(all, ({ absolute }) => absolute)
    this.relatives = Float64Array.from(all, ({ relative }) => relative)
  }

  /** Whether they differ by more than they may. Then `by` and `relative` say how far. */
  differs(leaf: number, a: Rows, aRow: number, b: Rows, bRow: number): boolean {
    const { layout } = this
    const isNull = layout.isNull(a, aRow, leaf)
    if (isNull !== layout.isNull(b, bRow, leaf)) return this.unmeasured()
    if (isNull) return false
    const [aWord, bWord] = [layout.word(aRow, leaf), layout.word(bRow, leaf)]
    switch (layout.leaves[leaf].form) {
      case 'number':
        return this.numbers(leaf, a.words.f64[aWord], b.words.f64[bWord])
      case 'code':
        return a.words.f64[aWord] === b.words.f64[bWord] ? false : this.unmeasured()
      case 'bigint':
        return this.bigints(leaf, a.words.i64[aWord], b.words.i64[bWord])
      case 'decimal':
        if (sameBytes(a, aWord, b, bWord)) return false
        return this.numbers(leaf, decimalAt(a, aWord), decimalAt(b, bWord))
      case 'numbers':
        return sameBytes(a, aWord, b, bWord) ? false : this.lists(leaf, a, aWord, b, bWord)
      default:
        return sameBytes(a, aWord, b, bWord) ? false : this.unmeasured()
    }
  }

  private unmeasured(): boolean {
    this.by = Number.NaN
    this.relative = Number.NaN
    return true
  }

  private numbers(leaf: number, a: number, b: number): boolean {
    if (sameNumber(a, b)) return false
    return this.measured(leaf, b - a, Math.max(Math.abs(a), Math.abs(b)))
  }

  private bigints(leaf: number, a: bigint, b: bigint): boolean {
    if (a === b) return false
    return this.measured(leaf, Number(b - a), Math.max(Math.abs(Number(a)), Math.abs(Number(b))))
  }

  private measured(leaf: number, by: number, size: number): boolean {
    if (!Number.isFinite(by)) return this.unmeasured()
    const distance = Math.abs(by)
    if (distance <= this.absolutes[leaf] || distance <= this.relatives[leaf] * size) {
      this.isNear = true
      return false
    }
    this.by = by
    this.relative = distance / size
    return true
  }

  /** What differs most counts for all of them. */
  private lists(leaf: number, a: Rows, aWord: number, b: Rows, bWord: number): boolean {
    const [one, other] = [numbersAt(a, aWord), numbersAt(b, bWord)]
    if (one.length !== other.length) return this.unmeasured()
    let [by, relative] = [0, 0]
    for (let k = 0; k < one.length; k++) {
      if (!this.numbers(leaf, one[k], other[k])) continue
      if (Number.isNaN(this.by)) return true
      if (Math.abs(this.by) > Math.abs(by)) by = this.by
      if (this.relative > relative) relative = this.relative
    }
    this.by = by
    this.relative = relative
    return by !== 0
  }
}

function decimalAt(rows: Rows, word: number): number {
  return Number(decoder.decode(bytesAt(rows, word)))
}

export function bytesAt({ words, heap }: Rows, word: number): Uint8Array {
  const start = words.i32[word * 2]
  return heap.subarray(start, start + words.i32[word * 2 + 1])
}

export function numbersAt(rows: Rows, word: number): Float64Array {
  // What lies anywhere is brought to where an array of doubles may begin.
  return new Float64Array(bytesAt(rows, word).slice().buffer)
}
