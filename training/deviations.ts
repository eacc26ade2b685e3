import type { Matrix } from './matrix.ts'
import { columnOf } from './matrix.ts'
import type { RobustStats } from './robust-stats.ts'
import { robustStatsOf } from './robust-stats.ts'
import type { Tail } from './tail.ts'
import { fitTail, LIGHTEST, tailQuantile } from './tail.ts'

/**
 * On what scale a field is looked at. Counts and amounts spread the more the larger they are: their square roots do
 * not, so that so many deviations are as strange for each of them. The root of what is below 0 is that of its size,
 * below 0.
 */
export type Measure = 'plain' | 'root'

/** What a field's values are like on its scale, and how many robust deviations up and down are too many. */
export interface FieldReference extends RobustStats {
  readonly measure: Measure
  readonly upper: number
  readonly lower: number
}

/** The level of a field that never changed. */
const LEVEL_OF_CONSTANT = 5

/** The budget is shared out evenly among the fields, and up and down within each. */
export function fieldReferences(
  data: Matrix,
  budget: number,
  measures: readonly Measure[] = [],
): FieldReference[] {
  const share = budget / (2 * data.columns)
  return Array.from({ length: data.columns }, (_, column) => {
    const measure = measures[column] ?? 'plain'
    const values = columnOf(data, column).map(value => measured(value, measure))
    const stats = robustStatsOf(values)
    const up = values.map(value => (value - stats.median) / stats.scale)
    const down = up.map(deviation => -deviation)
    const [upper, lower] = [up, down].map(side => fitTail(side.sort(), LIGHTEST))
    return {
      measure,
      ...stats,
      upper: levelOf(upper, lower, share),
      lower: levelOf(lower, upper, share),
    }
  })
}

export function measured(value: number, measure: Measure): number {
  return measure === 'root' ? Math.sign(value) * Math.sqrt(Math.abs(value)) : value
}

/** The value that is so many robust deviations from its field's median. */
export function valueAt({ measure, median, scale }: FieldReference, deviations: number): number {
  const value = median + deviations * scale
  return measure === 'root' ? Math.sign(value) * value ** 2 : value
}

/**
 * How far out so small a share of the values is. Where they end all at once, as counts do at 0, what lies at the end is
 * ordinary, and nothing beyond it was seen: twice as far is too far then, or as far as on the other side.
 */
function levelOf(own: Tail, other: Tail, share: number): number {
  if (own.scale > 0) return tailQuantile(own, share)
  const across = other.scale > 0 ? tailQuantile(other, share) : 0
  return Math.max(2 * own.from, across) || LEVEL_OF_CONSTANT
}

/** Of each value from its field's median, in robust deviations. */
export function deviationsOf(fields: readonly FieldReference[], { rows, columns, values }: Matrix): Matrix {
  const deviations = new Float32Array(values.length)
  for (let row = 0, at = 0; row < rows; row++) {
    for (let k = 0; k < columns; k++, at++) {
      const { measure, median, scale } = fields[k]
      deviations[at] = (measured(values[at], measure) - median) / scale
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
