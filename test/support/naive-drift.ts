import { readFileSync } from 'node:fs'
import { root } from './source-tree.ts'

/** The published example of a stream whose values change at row 1000; the file says how it was made. */
export function shiftAt1000(): Float64Array {
  const { values } = JSON.parse(readFileSync(`${root}test/support/shift-at-1000.json`, 'utf8'))
  return Float64Array.from(values as string, Number)
}

/** Normally distributed numbers out of evenly distributed ones. */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** The rows at which ADWIN sees a change: the window is kept whole, in the buckets that it would have. */
export function naiveAdwin(values: Iterable<number>, delta: number): number[] {
  const alarms: number[] = []
  let buckets: number[][] = []
  let row = 0
  for (const value of values) {
    buckets.push([value])
    for (let size = 1; ; size *= 2) {
      const same = buckets.filter(({ length }) => length === size)
      if (same.length <= 5) break
      const merged = [...same[0], ...same[1]]
      buckets = buckets
        .filter(bucket => bucket !== same[1])
        .map(bucket => (bucket === same[0] ? merged : bucket))
    }
    if ((row + 1) % 32 === 0 && buckets.flat().length > 10) {
      let changed = false
      while (hasCut(buckets, delta)) {
        changed = true
        buckets = buckets.slice(1)
      }
      if (changed) alarms.push(row)
    }
    row++
  }
  return alarms
}

function hasCut(buckets: readonly number[][], delta: number): boolean {
  const all = buckets.flat()
  const variance = mean(all.map(value => (value - mean(all)) ** 2))
  const confidence = Math.log((2 * Math.log(all.length)) / delta)
  let cut = 0
  return buckets.some(bucket => {
    cut += bucket.length
    const [before, behind] = [all.slice(0, cut), all.slice(cut)]
    if (before.length < 5 || behind.length < 5) return false
    const shortness = 1 / (before.length - 4) + 1 / (behind.length - 4)
    const allowed = Math.sqrt(2 * variance * confidence * shortness) + (2 / 3) * confidence * shortness
    return Math.abs(mean(before) - mean(behind)) > allowed
  })
}

/** The rows at which Page-Hinkley sees a change in one or the other direction. */
export function naivePageHinkley(
  values: Iterable<number>,
  { minInstances, delta, threshold }: { minInstances: number; delta: number; threshold: number },
): number[] {
  const alarms: number[] = []
  let since: number[] = []
  let [up, down] = [0, 0]
  let row = 0
  for (const value of values) {
    since.push(value)
    const off = value - mean(since)
    up = Math.max(0, 0.9999 * up + off - delta)
    down = Math.max(0, 0.9999 * down - off - delta)
    if (since.length >= minInstances && Math.max(up, down) >= threshold) {
      alarms.push(row)
      since = []
      up = down = 0
    }
    row++
  }
  return alarms
}

/** The largest distance between two empirical distributions, on either side of each value. */
export function exactKs(some: readonly number[], others: readonly number[]): number {
  const share = (values: readonly number[], test: (value: number) => boolean) =>
    values.filter(test).length / values.length
  const points = [...new Set([...some, ...others])]
  return Math.max(
    ...points.map(point =>
      Math.abs(share(some, value => value <= point) - share(others, value => value <= point)),
    ),
  )
}
