import type { Matrix } from '../../training/matrix.ts'
import { SeededRandom } from '../../training/random.ts'

/** Rows of normal values that hang together: field k is around 10k, with a standard deviation of k + 1. */
export class GaussianRows {
  private readonly random: SeededRandom
  private readonly columns: number

  constructor(seed: number, columns: number) {
    this.random = new SeededRandom(seed)
    this.columns = columns
  }

  next(rows: number): Matrix {
    const { columns } = this
    const values = new Float32Array(rows * columns)
    for (let row = 0, at = 0; row < rows; row++) {
      const common = this.normal()
      for (let k = 0; k < columns; k++, at++) {
        values[at] = 10 * k + (k + 1) * (0.6 * common + 0.8 * this.normal())
      }
    }
    return { rows, columns, values }
  }

  /** Rows of which one value each is exactly so many standard deviations from its mean, up or down. */
  nextWithOutliers(rows: number, deviations: number): Matrix {
    const made = this.next(rows)
    for (let row = 0; row < rows; row++) {
      const k = row % this.columns
      const side = this.random.next() < 0.5 ? -1 : 1
      made.values[row * this.columns + k] = 10 * k + side * deviations * (k + 1)
    }
    return made
  }

  private normal(): number {
    const { random } = this
    return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
  }
}
