import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { scoreRows, trainAnomaly } from '../../training/anomaly-model.ts'
import { forestScores } from '../../training/isolation-score.ts'
import { matrixOf } from '../../training/matrix.ts'
import { SeededRandom } from '../../training/random.ts'
import { GaussianRows } from '../support/gaussian-rows.ts'
import { seed } from '../support/property.ts'

const FIELDS = 5

describe(`anomaly model, seed ${seed}`, () => {
  test('over a million clean rows alarms keep within each budget, and point anomalies are found', () => {
    const rows = new GaussianRows(seed, FIELDS)
    const model = trainAnomaly(rows.next(100_000), { seed, budget: 0.001, confidence: 0.99999 })
    const { severities } = scoreRows(model, rows.next(1_000_000))
    for (const [index, { budget, way }] of model.severities.entries()) {
      if (way === 'extrapolated') continue
      const alarms = severities.filter(severity => severity > index).length
      assert.ok(alarms <= budget * 1_000_000, `${alarms} of a million for a budget of ${budget}`)
    }
    const outliers = scoreRows(model, rows.nextWithOutliers(20_000, 5))
    const found = outliers.severities.filter(severity => severity > 0).length / 20_000
    assert.ok(found >= 0.99, `found ${found}`)
  })

  test('the forest alone does not find them: it cannot see beyond the rows it was grown from', () => {
    const rows = new GaussianRows(1, FIELDS)
    const { forest } = trainAnomaly(rows.next(20_000), { seed: 1 })
    const clean = forestScores(forest, rows.next(100_000)).sort()
    const threshold = clean[99_900]
    const outliers = forestScores(forest, rows.nextWithOutliers(5000, 5))
    assert.ok(outliers.filter(score => score > threshold).length < 0.2 * 5000)
  })

  test('the forest finds rows that are a little out in every field, and far out in none', () => {
    const rows = new GaussianRows(3, FIELDS)
    const model = trainAnomaly(rows.next(40_000), { seed: 1 })
    const sides = Array.from({ length: 1000 }, (_, row) => (row % 2 === 0 ? 3.3 : -3.3))
    const odd = [0, 1, 2, 3, 4].map(k =>
      sides.map((side, row) => 10 * k + (k + 1) * side * (1 - (row % 7) / 100)),
    )
    const { severities, deviations } = scoreRows(model, matrixOf(odd))
    assert.ok(deviations.values.every(deviation => Math.abs(deviation) < 3.5))
    assert.ok(severities.every(severity => severity > 0))
  })

  test('severities rise with the score, at thresholds that rise', () => {
    const rows = new GaussianRows(6, FIELDS)
    const model = trainAnomaly(rows.next(50_000), { seed: 2, budget: 0.01 })
    assert.deepEqual(
      model.severities.map(({ name }) => name),
      ['low', 'medium', 'high', 'critical'],
    )
    const thresholds = model.severities.map(({ threshold }) => threshold)
    assert.deepEqual(
      thresholds,
      thresholds.toSorted((a, b) => a - b),
    )
    for (const [deviations, least] of [
      [6, 1],
      [9, 3],
      [20, 4],
    ]) {
      const found = scoreRows(model, rows.nextWithOutliers(1000, deviations)).severities
      assert.ok(found.filter(severity => severity >= least).length >= 990, `${deviations}`)
    }
  })

  test('a severity that the rows are too few to count is extrapolated, and says so', () => {
    const model = trainAnomaly(new GaussianRows(7, 2).next(20_000), { seed: 1, budget: 0.001 })
    assert.deepEqual(
      model.severities.map(({ way }) => way),
      ['counted', 'extrapolated', 'extrapolated', 'extrapolated'],
    )
  })

  test('a budget that the rows are too few for is refused', () => {
    const few = new GaussianRows(8, 2).next(1000)
    assert.throws(() => trainAnomaly(few, { seed: 1, budget: 0.001 }), {
      code: 'HR_TRAINING_DATA',
      message: /needs 9206 rows; there are 1000/,
    })
  })

  test('counts that are mostly 0 have a level of their own', () => {
    const random = new SeededRandom(9)
    const sales = Float32Array.from({ length: 40_000 }, () => (random.next() < 0.1 ? 1 : 0))
    const clicks = Float32Array.from({ length: 40_000 }, () => Math.floor(20 * random.next()))
    const model = trainAnomaly(matrixOf([sales, clicks]), { seed: 1 })
    const { severities, deviations } = scoreRows(
      model,
      matrixOf([
        [0, 1, 30, 0],
        [10, 5, 10, 10],
      ]),
    )
    assert.deepEqual([...severities].map(Math.sign), [0, 0, 1, 0])
    assert.ok(deviations.values[2 * 2] > 15)
  })
})
