/** The shape that a fitted tail may have: 0 is exponential, and a lighter one would promise too much. */
const HEAVIEST_SHAPE = 0.5
/** What is taken for the tail of a sample. */
const TAIL_SHARE = 0.02
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
 * 1987). `sorted` ascends; at least one value.
 */
export function fitTail(sorted: Float32Array): Tail {
  const beyond = Math.min(sorted.length - 1, Math.max(TAIL_LEAST, Math.round(sorted.length * TAIL_SHARE)))
  const from = sorted[sorted.length - 1 - beyond]
  let [mean, weighted] = [0, 0]
  for (let k = 0; k < beyond; k++) {
    const excess = (sorted[sorted.length - beyond + k] - from) / beyond
    mean += excess
    weighted += (1 - (k + 0.65) / beyond) * excess
  }
  const share = Math.max(beyond, 1) / sorted.length
  const shape = mean === 0 ? 0 : Math.min(2 - mean / (mean - 2 * weighted), HEAVIEST_SHAPE)
  if (!(shape > 0)) return { from, share, shape: 0, scale: mean }
  return { from, share, shape, scale: mean * (1 - shape) }
}

/** What is exceeded by a share of the values; the share is at most the tail's. */
export function tailQuantile({ from, share, shape, scale }: Tail, exceeded: number): number {
  const rarer = share / exceeded
  return from + scale * (shape === 0 ? Math.log(rarer) : (rarer ** shape - 1) / shape)
}
