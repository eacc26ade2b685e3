import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SeededRandom } from '../../training/random.ts'
import { EXPONENTIAL, fitTail, LIGHTEST, tailQuantile } from '../../training/tail.ts'

const sample = (seed: number, rows: number, draw: (uniform: number) => number) => {
  const random = new SeededRandom(seed)
  return Float32Array.from({ length: rows }, () => draw(random.next())).sort()
}

describe('tail', () => {
  test('of exponential values it goes on as they do', () => {
    const tail = fitTail(
      sample(1, 200_000, uniform => -Math.log(1 - uniform)),
      EXPONENTIAL,
    )
    for (const share of [1e-3, 1e-5, 1e-7]) {
      const exact = -Math.log(share)
      assert.ok(Math.abs(tailQuantile(tail, share) - exact) < exact * 0.12, `${share}`)
    }
  })

  test('of Pareto values it is as heavy as they are', () => {
    // A shape of 0.25: P(X > x) = x ** -4.
    const tail = fitTail(
      sample(2, 400_000, uniform => (1 - uniform) ** -0.25),
      EXPONENTIAL,
    )
    assert.ok(Math.abs(tail.shape - 0.25) < 0.06, `${tail.shape}`)
    assert.ok(Math.abs(tailQuantile(tail, 1e-6) / 1e-6 ** -0.25 - 1) < 0.25)
  })

  test('of values with a bound it is taken for exponential, which errs to the safe side', () => {
    const tail = fitTail(
      sample(3, 50_000, uniform => uniform),
      EXPONENTIAL,
    )
    assert.equal(tail.shape, 0)
    assert.ok(tailQuantile(tail, 1e-4) > 1 - 1e-4)
  })

  test('of normal values it is light, where that is asked for', () => {
    const random = new SeededRandom(4)
    const normal = (uniform: number) =>
      Math.sqrt(-2 * Math.log(1 - uniform)) * Math.cos(2 * Math.PI * random.next())
    const values = sample(5, 200_000, normal)
    const exact = 4.2649
    const [light, heavy] = [LIGHTEST, EXPONENTIAL].map(least => tailQuantile(fitTail(values, least), 1e-5))
    assert.ok(Math.abs(light - exact) < 0.4, `${light}`)
    assert.ok(heavy > exact + 0.5, `${heavy}`)
  })

  test('of few or equal values it is still a number', () => {
    for (const values of [[1], [1, 1, 1], [0, 0, 0, 0, 5]]) {
      const tail = fitTail(Float32Array.from(values), LIGHTEST)
      assert.ok(Number.isFinite(tailQuantile(tail, 1e-6)))
    }
    assert.equal(tailQuantile(fitTail(new Float32Array(100), EXPONENTIAL), 1e-6), 0)
  })
})
