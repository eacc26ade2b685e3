/** Where a feature's values are, and how far apart, however wild a few of them may be. */
export interface RobustStats {
  readonly median: number
  /** One robust deviation: of normal values, the standard deviation. */
  readonly scale: number
}

/** Of normal values, the standard deviation over the median of absolute deviations. */
const OVER_MEDIAN = 1.4826

/**
 * Median and median absolute deviation (MAD). Where more than half of the values are the same, as with spending that
 * is mostly 0, that would be 0: then it is the median of those deviations that there are; where all values are the
 * same, 1.
 */
export function robustStatsOf(values: Float32Array): RobustStats {
  const median = middleOf(values.slice().sort())
  const deviations = values.map(value => Math.abs(value - median)).sort()
  const typical = middleOf(deviations)
  if (typical > 0) return { median, scale: typical * OVER_MEDIAN }
  const others = deviations.filter(deviation => deviation > 0)
  return { median, scale: others.length > 0 ? middleOf(others) * OVER_MEDIAN : 1 }
}

function middleOf(sorted: Float32Array): number {
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
