import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { invertPositive } from '../../training/invert.ts'
import { addProduct } from '../../training/multiply.ts'
import { SeededRandom } from '../../training/random.ts'

const matrix = (size: number, random: SeededRandom) =>
  Float64Array.from({ length: size * size }, () => random.next() - 0.5)

/** Positive definite: a matrix times itself, and something on the diagonal. */
function positive(size: number, random: SeededRandom): Float64Array {
  const half = matrix(size, random)
  return Float64Array.from(half, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size]
    let sum = row === column ? 0.1 : 0
    for (let k = 0; k < size; k++) sum += half[row * size + k] * half[column * size + k]
    return sum
  })
}

describe('invert', () => {
  test('a matrix times its inverse is the identity, whatever the size', () => {
    const random = new SeededRandom(1)
    for (const size of [1, 2, 3, 4, 31, 32, 33, 64, 65, 100, 131, 260]) {
      const given = positive(size, random)
      const inverse = given.slice()
      invertPositive(inverse, size)
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          let sum = 0
          for (let k = 0; k < size; k++) sum += given[row * size + k] * inverse[k * size + column]
          assert.ok(Math.abs(sum - Number(row === column)) < 1e-9, `${size}: ${row}, ${column}: ${sum}`)
        }
      }
    }
  })

  test('a matrix that is not positive definite is refused', () => {
    const singular = Float64Array.of(1, 1, 1, 1)
    assert.throws(() => invertPositive(singular, 2), { code: 'HR_TRAINING_DATA' })
  })

  test('a product of parts of larger matrices is added or taken away, and touches nothing else', () => {
    const random = new SeededRandom(2)
    const [rows, inner, columns, stride] = [12, 132, 68, 200]
    const a = { values: matrix(stride, random), at: 3 * stride + 5, stride }
    const b = { values: matrix(stride, random), at: 7, stride }
    for (const sign of [1, -1] as const) {
      const c = { values: matrix(stride, random), at: 20 * stride + 100, stride }
      const expected = c.values.slice()
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          for (let k = 0; k < inner; k++) {
            expected[c.at + i * stride + j] +=
              sign * a.values[a.at + i * stride + k] * b.values[b.at + k * stride + j]
          }
        }
      }
      addProduct(c, a, b, [rows, inner, columns], sign)
      assert.ok(c.values.every((value, at) => Math.abs(value - expected[at]) < 1e-12))
    }
  })
})
