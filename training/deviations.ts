import type { Matrix } from './matrix.ts'
import { columnOf } from './matrix.ts'
import type { RobustStats } from './robust-stats.ts'
import { robustStats } from './robust-stats.ts'
import { fitTail, tailQuantile } from './tail.ts'

/** What a field's values are like, and how many robust deviations up and down are too many. */
export interface FieldReference extends RobustStats {
  readonly upper: number
  readonly lower: number
}

/** The level of a field that never changed. */
const LEVEL_OF_CONSTANT = 5

/** The budget is shared out evenly among the fields, and up and down within each. */
export function deviationLevels(data: Matrix, budget: number): FieldReference[] {
  const share = budget / (2 * data.columns)
  return robustStats(data).map((stats, column) => {
    const up = columnOf(data, column).map(value => (value - stats.median) / stats.scale)
    const down = up.map(deviation => -deviation)
    const [upper, lower] = [up, down].map(side => tailQuantile(fitTail(side.sort()), share))
    return { ...stats, upper: levelOf(upper, lower), lower: levelOf(lower, upper) }
  })
}

/** Where nothing was ever seen on one side, as below counts that are mostly 0, the other side tells. */
function levelOf(own: number, other: number): number {
  if (own > 0) return own
  return other > 0 ? other : LEVEL_OF_CONSTANT
}

/** Of each value from its field's median, in robust deviations. */
export function deviationsOf(fields: readonly RobustStats[], { rows, columns, values }: Matrix): Matrix {
  const deviations = new Float32Array(values.length)
  for (let row = 0, at = 0; row < rows; row++) {
    for (let k = 0; k < columns; k++, at++) {
      deviations[at] = (values[at] - fields[k].median) / fields[k].scale
    }
  }
  return { rows, columns, values: deviations }
}

/** For each row the farthest deviation, over the level of its field and side. */
export function deviationRatios(fields: readonly FieldReference[], data: Matrix): Float32Array {
  const { rows, columns, values } = deviationsOf(fields, data)
  const ratios = new Float32Array(rows)
  for (let row = 0, at = 0; row < rows; row++) {
    let farthest = 0
    for (let k = 0; k < columns; k++, at++) {
      const { upper, lower } = fields[k]
      farthest = Math.max(farthest, values[at] / upper, -values[at] / lower)
    }
    ratios[row] = farthest
  }
  return ratios
}
