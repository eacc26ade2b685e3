import type { Matrix } from './matrix.ts'
import { columnOf } from './matrix.ts'

/** Where a feature's values are, and how far apart, however wild a few of them may be. */
export interface RobustStats {
  readonly median: number
  /** One robust deviation: of normal values, the standard deviation. */
  readonly scale: number
}

/** Of normal values, the standard deviation over the median, and over the mean, of absolute deviations. */
const OVER_MEDIAN = 1.4826
const OVER_MEAN = 1.2533

export function robustStats(data: Matrix): RobustStats[] {
  return Array.from({ length: data.columns }, (_, column) => robustStatsOf(columnOf(data, column)))
}

/**
 * Median and median absolute deviation (MAD). Where more than half of the values are the same, as with spending that
 * is mostly 0, the MAD is 0, and the mean absolute deviation stands in for it; where all are the same, 1.
 */
export function robustStatsOf(values: Float32Array): RobustStats {
  const median = middleOf(values.slice().sort())
  const deviations = values.map(value => Math.abs(value - median)).sort()
  const typical = middleOf(deviations) * OVER_MEDIAN
  if (typical > 0) return { median, scale: typical }
  const mean = deviations.reduce((sum, deviation) => sum + deviation, 0) / deviations.length
  return { median, scale: mean > 0 ? mean * OVER_MEAN : 1 }
}

function middleOf(sorted: Float32Array): number {
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
