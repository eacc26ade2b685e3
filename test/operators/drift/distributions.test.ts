import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareByKs, compareByPsi } from '../../../operators/drift/comparisons.ts'
import {
  chiSquareTail,
  chiSquareThreshold,
  kolmogorovTail,
  kolmogorovThreshold,
} from '../../../operators/drift/null-distributions.ts'
import { NumberBins } from '../../../operators/drift/number-bins.ts'
import { summaryOfCategories, summaryOfNumbers } from '../../../operators/drift/summaries.ts'
import { exactKs, normal } from '../../support/naive-drift.ts'
import { assertProperty } from '../../support/property.ts'
import { randomFrom } from '../../support/random.ts'

const near = (actual: number, expected: number, part = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= Math.abs(expected) * part, `${actual} is not ${expected}`)

test('tails of chi-square, where they have a closed form: far out too', () => {
  for (const x of [0.1, 1, 5, 20, 60, 200]) {
    near(chiSquareTail(x, 2), Math.exp(-x / 2))
    near(chiSquareTail(x, 4), Math.exp(-x / 2) * (1 + x / 2))
    near(chiSquareTail(x, 6), Math.exp(-x / 2) * (1 + x / 2 + x ** 2 / 8))
  }
  near(chiSquareTail(3.841458820694124, 1), 0.05)
  near(chiSquareTail(16.918977604620448, 9), 0.05)
  for (const chance of [0.05, 1e-6, 1e-12]) near(chiSquareTail(chiSquareThreshold(chance, 9), 9), chance)
})

test('tails of Kolmogorov: the table, and a threshold that is never too low', () => {
  for (const [x, chance] of [
    [1.2238, 0.1],
    [1.3581, 0.05],
    [1.6276, 0.01],
  ] as const) {
    near(kolmogorovTail(x / 10, 100), chance, 1e-3)
  }
  for (const chance of [0.1, 1e-3, 1e-9]) {
    assert.ok(kolmogorovTail(kolmogorovThreshold(chance, 250), 250) <= chance * (1 + 1e-9))
  }
})

const anyNumber = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, min: -1e300, max: 1e300 }),
  fc.double({ noNaN: true, min: -1, max: 1 }),
)
const anyNumbers = fc.array(anyNumber, { minLength: 1, maxLength: 400 })

test('a number lies in the bin whose edges it is between', async () => {
  const property = fc.property(anyNumbers, anyNumbers, (before, now) => {
    const { edges, counts } = summaryOfNumbers(Float64Array.from(before))
    const bins = new NumberBins(edges)
    const found = new Int32Array(bins.count)
    const values = Float64Array.from([...now, Number.NaN, ...edges])
    assert.equal(bins.add(values, 0, values.length, found), values.length - 1)
    const expected = new Int32Array(counts.length)
    for (const value of [...now, ...edges]) expected[edges.filter(edge => edge < value).length]++
    assert.deepEqual(found, expected)
  })
  await assertProperty(property, 100)
})

test('a summary of numbers: bins of equal shares, and one for a value that is frequent', async () => {
  const property = fc.property(anyNumbers, values => {
    const { edges, counts, count, min, max } = summaryOfNumbers(Float64Array.from(values))
    assert.equal(count, values.length)
    assert.deepEqual([min, max].map(Number), [Math.min(...values), Math.max(...values)].map(Number))
    counts.forEach((n, bin) => {
      const inside = values.filter(
        value => value > (edges[bin - 1] ?? -Infinity) && value <= (edges[bin] ?? Infinity),
      )
      assert.equal(n, inside.length)
      // More than its share has only a bin of one value.
      if (n > Math.ceil(count / 250)) assert.equal(new Set(inside.map(value => value + 0)).size, 1)
    })
  })
  await assertProperty(property, 60)
})

/** What a stretch of the stream has in each bin. */
function countsOf(edges: readonly number[], values: readonly number[]): Int32Array {
  const bins = new NumberBins(edges)
  const counts = new Int32Array(bins.count)
  bins.add(Float64Array.from(values), 0, values.length, counts)
  return counts
}

test('KS is the exact distance, or less by the share of a bin', async () => {
  const property = fc.property(anyNumbers, anyNumbers, (before, now) => {
    const reference = summaryOfNumbers(Float64Array.from(before))
    const statistic =
      compareByKs(reference, countsOf(reference.edges, now), now.length, 0.01)?.statistic ?? -1
    const exact = exactKs(before, now)
    assert.ok(statistic <= exact + 1e-12, `${statistic} > ${exact}`)
    assert.ok(statistic >= exact - 1 / 250 - 1 / before.length, `${statistic} < ${exact}`)
  })
  await assertProperty(property, 60)
})

const critical = (degrees: number) => chiSquareThreshold(0.01, degrees)

test('PSI over tenths is what the definition says', () => {
  const random = randomFrom(5)
  const before = Array.from({ length: 20_000 }, () => normal(random))
  const now = Array.from({ length: 3000 }, () => normal(random) * 1.1 + 0.2)
  const reference = summaryOfNumbers(Float64Array.from(before))
  const found = compareByPsi(reference, countsOf(reference.edges, now), now.length, 0.01, critical)
  const sorted = before.toSorted((a, b) => a - b)
  const edges = Array.from({ length: 9 }, (_, nth) => sorted[Math.ceil(((nth + 1) * 20_000) / 10) - 1])
  const share = (values: readonly number[], group: number) =>
    values.filter(value => edges.filter(edge => edge < value).length === group).length / values.length
  let psi = 0
  for (let group = 0; group < 10; group++) {
    const [p, q] = [share(now, group), share(before, group)]
    psi += (p - q) * Math.log(p / q)
  }
  // Half a value is added to each tenth, so that none is empty.
  near(found?.statistic ?? -1, psi, 0.01)
  assert.ok((found?.statistic ?? 0) > (found?.threshold ?? 0))
})

test('PSI of categories: rare and unknown ones count together', () => {
  const reference = summaryOfCategories(
    new Map([
      ['a', 6000],
      ['b', 3000],
      ['rare', 10],
    ]),
    5,
  )
  assert.deepEqual(reference.categories, ['a', 'b', 'rare'])
  const found = compareByPsi(reference, Int32Array.of(500, 450, 30, 20), 1000, 0.01, critical)
  let psi = 0
  for (const [before, now] of [
    [6000, 500],
    [3000, 450],
    [15, 50],
  ] as const) {
    const [p, q] = [(now + 0.5) / 1001.5, (before + 0.5) / 9016.5]
    psi += (p - q) * Math.log(p / q)
  }
  near(found?.statistic ?? -1, psi)
})

test('too few values are not compared', () => {
  const reference = summaryOfNumbers(Float64Array.from({ length: 1000 }, (_, n) => n))
  const counts = (rows: number) =>
    countsOf(
      reference.edges,
      Array.from({ length: rows }, (_, n) => n * 7),
    )
  assert.equal(compareByPsi(reference, counts(50), 50, 0.01, critical), null)
  assert.notEqual(compareByPsi(reference, counts(100), 100, 0.01, critical), null)
  assert.equal(compareByKs(reference, counts(0), 0, 0.01), null)
})
