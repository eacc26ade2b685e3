/**
 * How many of `rows` ordinary rows may be above a threshold so that, with the given confidence, no more than the share
 * `budget` of all ordinary rows is. 0: even with none above it, so few rows cannot tell.
 *
 * The share above the r-th largest of n values is at most `budget` with the probability that a binomial variable of n
 * trials is at least r: this is the largest such r.
 */
export function alarmsAllowed(rows: number, budget: number, confidence: number): number {
  let below = 0
  let logTerm = rows * Math.log1p(-budget)
  for (let r = 0; r < rows; r++) {
    below += Math.exp(logTerm)
    if (below > 1 - confidence) return r
    logTerm += Math.log((rows - r) / (r + 1)) + Math.log(budget) - Math.log1p(-budget)
  }
  return rows
}

/** So many rows are needed that at least one may be above the threshold. */
export function rowsNeeded(budget: number, confidence: number): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log1p(-budget))
}

/**
 * A threshold that fewer than `allowed` of the values are above. It lies in the middle of the gap over the last value
 * that is not, so that a score's last digit decides nothing. `sorted` ascends.
 */
export function thresholdFor(sorted: Float32Array, allowed: number): number {
  const at = sorted[sorted.length - allowed]
  let next = sorted.length - allowed + 1
  while (next < sorted.length && sorted[next] === at) next++
  return next < sorted.length ? Math.fround((at + sorted[next]) / 2) : at
}
