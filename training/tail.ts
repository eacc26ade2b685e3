/** The shape of a fitted tail: 0 is exponential, above that it is heavier; below 0 it has an end. */
const HEAVIEST = 0.5
export const EXPONENTIAL = 0
/** Of normal values it is a little above this. */
export const LIGHTEST = -0.2
/** What is taken for the tail of a sample. */
const TAIL_SHARE = 0.05
const TAIL_LEAST = 10

/** How values go on beyond those that were seen. */
export interface Tail {
  /** Where it begins, and the share of all values beyond that. */
  readonly from: number
  readonly share: number
  readonly shape: number
  readonly scale: number
}

/**
 * A generalised Pareto distribution over the largest values, by probability-weighted moments (Hosking and Wallis
 * 1987). `sorted` ascends; at least one value. With `lightest` EXPONENTIAL it errs towards rare values being common.
 */
export function fitTail(sorted: Float32Array, lightest: number): Tail {
  const wanted = Math.min(sorted.length - 1, Math.max(TAIL_LEAST, Math.round(sorted.length * TAIL_SHARE)))
  const below = sorted[sorted.length - 1 - wanted]
  let first = sorted.length - wanted
  while (first < sorted.length && sorted[first] === below) first++
  const beyond = sorted.length - first
  const share = Math.max(beyond, 1) / sorted.length
  if (beyond === 0) return { from: below, share, shape: 0, scale: 0 }
  // Of counts many values are equal: half a step below the next one is where a tail without steps would begin.
  const from = (below + sorted[first]) / 2
  let [mean, weighted] = [0, 0]
  for (let k = 0; k < beyond; k++) {
    const excess = (sorted[first + k] - from) / beyond
    mean += excess
    weighted += (1 - (k + 0.65) / beyond) * excess
  }
  const shape = Math.min(HEAVIEST, Math.max(lightest, 2 - mean / (mean - 2 * weighted)))
  return { from, share, shape, scale: mean * (1 - shape) }
}

/** What is exceeded by a share of the values; the share is at most the tail's. */
export function tailQuantile(tail: Tail, exceeded: number): number {
  return furtherOut(tail, tail.from, tail.share / exceeded)
}

/** What so many times fewer values exceed than exceed `value`, which lies in the tail. */
export function furtherOut({ from, shape, scale }: Tail, value: number, fewer: number): number {
  const spread = scale + shape * Math.max(0, value - from)
  return value + spread * (shape === 0 ? Math.log(fewer) : (fewer ** shape - 1) / shape)
}
