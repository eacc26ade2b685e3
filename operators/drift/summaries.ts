import type { CategoryReference, NumberReference } from './reference.ts'

/** Bins that hold about equal shares of the values. A value with a larger share has a bin of its own beside them. */
const BINS = 250

/** What is kept of numbers. Sorts them in place. */
export function summaryOfNumbers(values: Float64Array): NumberReference {
  values.sort()
  const count = values.length
  const edges = edgesOf(values)
  const counts = new Array<number>(edges.length + 1).fill(0)
  let bin = 0
  const [min, max] = count === 0 ? [0, 0] : [values[0], values[count - 1]]
  let above = 0
  for (const value of values) {
    while (bin < edges.length && value > edges[bin]) bin++
    counts[bin]++
    above += value - min
  }
  // So that the mean of a value that is always the same is that value.
  const mean = count === 0 ? 0 : min + above / count
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  const deviation = count === 0 ? 0 : Math.sqrt(squares / count)
  return { kind: 'number', count, mean, deviation, min, max, edges, counts }
}

/** What is kept of categories: those that came up most, and how many there were of all others. */
export function summaryOfCategories(counts: ReadonlyMap<string, number>, others: number): CategoryReference {
  const sorted = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  const all = [...sorted.map(([, n]) => n), others]
  const count = all.reduce((sum, n) => sum + n, 0)
  return { kind: 'category', count, categories: sorted.map(([name]) => name), counts: all }
}

/** Quantiles, each once; in front of a value that is several of them the number just below it. */
function edgesOf(sorted: Float64Array): number[] {
  const edges: number[] = []
  let before = Number.NaN
  for (let nth = 1; nth < BINS; nth++) {
    const edge = sorted[Math.ceil((nth * sorted.length) / BINS) - 1]
    if (edge === undefined) break
    if (edge !== edges.at(-1)) edges.push(edge)
    else if (edge !== before) {
      before = edge
      const below = numberBelow(edge)
      if (below > (edges.at(-2) ?? Number.NEGATIVE_INFINITY)) edges.splice(-1, 0, below)
    }
  }
  return edges.filter(Number.isFinite)
}

const number = new Float64Array(1)
const bits = new BigInt64Array(number.buffer)

/** The largest number below another. */
function numberBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE
  number[0] = value
  bits[0] += value > 0 ? -1n : 1n
  return number[0]
}
