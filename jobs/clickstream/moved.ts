import { anomalyInputNames } from './models.ts'

/** So many are named. */
const named = 2

/** The inputs that are furthest from usual, and by how many robust deviations: `purchases +41.0, spend +18.2`. */
export function movedMost(deviations: Float32Array): string {
  return anomalyInputNames
    .map((name, input) => ({ name, by: deviations[input] }))
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by))
    .slice(0, named)
    .map(({ name, by }) => `${name} ${by < 0 ? '' : '+'}${by.toFixed(1)}`)
    .join(', ')
}
