import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Adwin } from '../../../operators/drift/adwin.ts'
import { compareByKs, compareByPsi } from '../../../operators/drift/comparisons.ts'
import type { Scale } from '../../../operators/drift/false-alarms.ts'
import {
  deviationScale,
  driftAllowance,
  scaleInto,
  shareOfChance,
  sumThreshold,
  unitScale,
} from '../../../operators/drift/false-alarms.ts'
import { chiSquareThreshold } from '../../../operators/drift/null-distributions.ts'
import { NumberBins } from '../../../operators/drift/number-bins.ts'
import { PageHinkley } from '../../../operators/drift/page-hinkley.ts'
import { sealReference } from '../../../operators/drift/reference.ts'
import { summaryOfNumbers } from '../../../operators/drift/summaries.ts'
import { normal } from '../../support/naive-drift.ts'
import { randomFrom } from '../../support/random.ts'

type Draw = (random: () => number) => number

const streams: Record<string, Draw> = {
  normal,
  exponential: random => -Math.log(1 - random()),
  lognormal: random => Math.exp(normal(random)),
  even: random => random(),
  counts: random => Math.floor(-3 * Math.log(1 - random())),
  rare: random => (random() < 0.05 ? 1 : 0),
}

const samples = (draw: Draw, random: () => number, count: number) =>
  Float64Array.from({ length: count }, () => draw(random))

/** The most that a number of false alarms with this expectation may be, but once in some thousand cases. */
const most = (expected: number) => expected + 3.5 * Math.sqrt(expected) + 3

for (const [name, draw] of Object.entries(streams)) {
  test(`${name}: PSI and KS exceed their thresholds no more often than they may`, () => {
    const random = randomFrom(1)
    const chance = 0.01
    const critical = (degrees: number) => chiSquareThreshold(chance, degrees)
    const alarms = { psi: 0, ks: 0 }
    // Many references: what is off in one of them is off for all stretches that are compared to it.
    for (let nth = 0; nth < 600; nth++) {
      const reference = summaryOfNumbers(samples(draw, random, 2000))
      const bins = new NumberBins(reference.edges)
      const counts = new Int32Array(bins.count)
      const rows = bins.add(samples(draw, random, 500), 0, 500, counts)
      const psi = compareByPsi(reference, counts, rows, chance, critical)
      const ks = compareByKs(reference, counts, rows, chance)
      if (psi !== null && psi.statistic > psi.threshold) alarms.psi++
      if (ks !== null && ks.statistic > ks.threshold) alarms.ks++
    }
    assert.ok(alarms.psi <= most(600 * chance) && alarms.ks <= most(600 * chance), JSON.stringify(alarms))
  })

  test(`${name}: rows between false alarms of ADWIN and Page-Hinkley are as many as asked for, or more`, () => {
    const random = randomFrom(2)
    const rows = 200_000
    const chance = 1 / 2000
    const reference = summaryOfNumbers(samples(draw, random, 5000))
    const values = samples(draw, random, rows)
    const threshold = sumThreshold(reference, chance)
    const sums = new PageHinkley({ minInstances: 30, delta: driftAllowance, threshold })
    const alarms = {
      adwin: alarmsOf(new Adwin(chance * 32), values, unitScale(reference)).length,
      pageHinkley: alarmsOf(sums, values, deviationScale(reference)).length,
    }
    assert.ok(Math.max(alarms.adwin, alarms.pageHinkley) <= most(rows * chance), JSON.stringify(alarms))
  })
}

test('a reference of few values does not make alarms', () => {
  const random = randomFrom(3)
  let alarms = 0
  for (let nth = 0; nth < 200; nth++) {
    const reference = summaryOfNumbers(samples(normal, random, 30))
    const values = samples(normal, random, 2000)
    const threshold = sumThreshold(reference, 1e-7)
    const sums = new PageHinkley({ minInstances: 30, delta: driftAllowance, threshold })
    alarms += alarmsOf(sums, values, deviationScale(reference)).length
    alarms += alarmsOf(new Adwin(32e-7), values, unitScale(reference)).length
  }
  assert.ok(alarms <= 2, `${alarms}`)
})

function alarmsOf(detector: Adwin | PageHinkley, values: Float64Array, scale: Scale): number[] {
  const scaled = new Float64Array(values.length)
  scaleInto(values, scale, scaled)
  return [...scaled.keys()].filter(row => detector.run(scaled, row, row + 1) >= 0)
}

const reference = sealReference({ rows: 1000, from: 0, to: 10_000, fields: {} })

test('the chance is divided over fields, tests and stretches', () => {
  const rows = (size: number) => ({ unit: 'rows', size }) as const
  const ms = (size: number) => ({ unit: 'ms', size }) as const
  // A hundredth over ten run lengths of 100 stretches, for 4 tests.
  const expected = { perStretch: 0.01 / 10 / 100 / 4, perRow: 0.01 / 10 / 50_000 / 4 }
  const shares = [
    shareOfChance(reference, rows(500), rows(50_000), 4),
    // A tenth of a row a millisecond, as the reference had it.
    shareOfChance(reference, ms(5000), ms(500_000), 4),
    shareOfChance(reference, ms(5000), rows(50_000), 4),
    shareOfChance(reference, rows(500), ms(500_000), 4),
  ]
  for (const { perStretch, perRow } of shares) {
    assert.ok(Math.abs(perStretch / expected.perStretch - 1) < 1e-9)
    assert.ok(Math.abs(perRow / expected.perRow - 1) < 1e-9)
  }
})

test('a column that never changed: any change counts, and there is none as long as there is none', () => {
  const constant = summaryOfNumbers(new Float64Array(1000).fill(0.1))
  const steady = new Float64Array(5000).fill(0.1)
  const changed = Float64Array.from(steady, (value, row) => (row < 4000 ? value : 0.2))
  const make = () =>
    new PageHinkley({ minInstances: 30, delta: 0.25, threshold: sumThreshold(constant, 1e-9) })
  assert.equal(constant.deviation, 0)
  assert.deepEqual(alarmsOf(make(), steady, deviationScale(constant)), [])
  assert.deepEqual(alarmsOf(make(), changed, deviationScale(constant)), [4000])
  assert.deepEqual(alarmsOf(new Adwin(1e-9), steady, unitScale(constant)), [])
  assert.equal(alarmsOf(new Adwin(1e-9), changed, unitScale(constant))[0], 4031)
})
