import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { alarmsAllowed, rowsNeeded, thresholdFor } from '../../training/false-alarms.ts'
import { SeededRandom } from '../../training/random.ts'

/** P(X >= r) of n trials, term by term in exact integers over 1000 ** n, for budgets of whole thousandths. */
function atLeast(r: number, n: number, perMille: number): number {
  const [hit, miss] = [BigInt(perMille), BigInt(1000 - perMille)]
  let [below, ways] = [0n, 1n]
  for (let k = 0; k < r; k++) {
    below += ways * hit ** BigInt(k) * miss ** BigInt(n - k)
    ways = (ways * BigInt(n - k)) / BigInt(k + 1)
  }
  return 1 - Number((below * 10n ** 15n) / 1000n ** BigInt(n)) / 1e15
}

describe('false alarms', () => {
  test('as many alarms are allowed as the binomial distribution says, and no more', () => {
    for (const [rows, perMille, confidence] of [
      [500, 1, 0.95],
      [500, 20, 0.95],
      [1000, 10, 0.99],
      [3000, 1, 0.9],
      [2500, 5, 0.999],
    ] as const) {
      const allowed = alarmsAllowed(rows, perMille / 1000, confidence)
      if (allowed > 0) assert.ok(atLeast(allowed, rows, perMille) >= confidence)
      assert.ok(atLeast(allowed + 1, rows, perMille) < confidence)
    }
  })

  test('the well-known numbers of samples', () => {
    assert.equal(rowsNeeded(0.05, 0.95), 59)
    assert.equal(rowsNeeded(0.01, 0.95), 299)
    assert.equal(rowsNeeded(0.01, 0.99), 459)
    for (const confidence of [0.9, 0.99]) {
      const needed = rowsNeeded(0.01, confidence)
      assert.equal(alarmsAllowed(needed, 0.01, confidence), 1)
      assert.equal(alarmsAllowed(needed - 1, 0.01, confidence), 0)
    }
  })

  test('a budget holds as often as the confidence says', () => {
    const random = new SeededRandom(11)
    const [rounds, rows, budget, confidence] = [2000, 2000, 0.01, 0.95]
    const allowed = alarmsAllowed(rows, budget, confidence)
    let held = 0
    for (let round = 0; round < rounds; round++) {
      const sorted = Float32Array.from({ length: rows }, () => random.next()).sort()
      // Of uniform values the share above a threshold is what is left of 1.
      if (1 - thresholdFor(sorted, allowed) <= budget) held++
    }
    assert.ok(held / rounds > 0.935 && held / rounds < 0.99, `held in ${held} of ${rounds}`)
  })

  test('a threshold lies in a gap, with fewer values above it than are allowed', () => {
    const sorted = Float32Array.of(1, 2, 3, 3, 3, 5, 8)
    assert.equal(thresholdFor(sorted, 1), 8)
    assert.equal(thresholdFor(sorted, 2), 6.5)
    assert.equal(thresholdFor(sorted, 3), 4)
    assert.equal(thresholdFor(sorted, 5), 4)
    assert.equal(thresholdFor(sorted, 6), 2.5)
  })
})
