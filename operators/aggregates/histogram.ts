import { array, long } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { Aggregate, ObjectFold, Of } from './aggregate.ts'

class HistogramFold implements ObjectFold<number[], number[]> {
  readonly kind = 'object'
  private readonly boundaries: readonly number[]

  constructor(boundaries: readonly number[]) {
    this.boundaries = boundaries
  }

  init(): number[] {
    return new Array<number>(this.boundaries.length + 1).fill(0)
  }

  add(counts: number[], value: number): number[] {
    if (Number.isNaN(value)) return counts
    const { boundaries } = this
    let low = 0
    let high = boundaries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (boundaries[middle] <= value) low = middle + 1
      else high = middle
    }
    counts[low]++
    return counts
  }

  merge(counts: number[], other: number[]): number[] {
    for (let i = 0; i < counts.length; i++) counts[i] += other[i]
    return counts
  }

  result(counts: number[]): number[] {
    return counts
  }

  save(counts: number[]): unknown {
    return counts
  }

  load(saved: number[]): number[] {
    return saved
  }
}

/**
 * How many values lie below the first boundary, from each boundary on below the next, and from the last on:
 * one count more than there are boundaries. NaN is left out.
 */
export function histogram<T>(of: Of<T>, boundaries: readonly number[]): Aggregate<T, readonly number[]> {
  const rise = boundaries.every(
    (boundary, i) => Number.isFinite(boundary) && (i === 0 || boundary > boundaries[i - 1]),
  )
  if (!rise || boundaries.length < 1 || boundaries.length > limits.histogramBoundaries) {
    const message = `histogram has the boundaries ${boundaries.join(', ')}: 1 to ${limits.histogramBoundaries} numbers, each larger than the one before`
    throw new HeadraceError('HR_CONFIG_INVALID', message)
  }
  const fold = new HistogramFold(boundaries)
  const name = `histogram ${boundaries.join(' ')}`
  return { bind: () => ({ name, inputs: [{ kind: 'number', of }], fold, field: array(long()) }) }
}
