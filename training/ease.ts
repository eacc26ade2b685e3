import { HeadraceError } from '../engine/errors.ts'
import type { Histories } from './histories.ts'
import { historyOf } from './histories.ts'
import { invertPositive } from './invert.ts'

export interface EaseOptions {
  /** How strongly what few users did is mistrusted. */
  readonly lambda: number
}

export interface EaseModel {
  readonly items: number
  /** What an item that was taken says for another: the row is the one that was taken; [items, items], row by row. */
  readonly weights: Float32Array
  /** How many users took each item, and each two of them together: [items, items], row by row. */
  readonly together: Float64Array
  /** The share of users who took each item. */
  readonly popularity: Float32Array
}

/**
 * EASE (Steck 2019): of all matrices B with an empty diagonal, the one that best gives each user's items from the
 * others that the user took. B = I - P diag(1 / diag P), with P = (X'X + lambda I)⁻¹.
 */
export function trainEase(histories: Histories, { lambda }: EaseOptions): EaseModel {
  const { itemCount: items, start } = histories
  if (items < 2) {
    throw new HeadraceError('HR_TRAINING_DATA', `recommending needs 2 items or more; there are ${items}`)
  }
  const together = takenTogether(histories)
  const inverse = together.slice()
  for (let item = 0; item < items; item++) inverse[item * items + item] += lambda
  invertPositive(inverse, items)
  const weights = new Float32Array(items * items)
  for (let row = 0, at = 0; row < items; row++) {
    for (let column = 0; column < items; column++, at++) {
      weights[at] = row === column ? 0 : -inverse[at] / inverse[column * items + column]
    }
  }
  const users = Math.max(1, start.length - 1)
  const popularity = Float32Array.from({ length: items }, (_, item) => together[item * items + item] / users)
  return { items, weights, together, popularity }
}

/** X'X: for each two items the users who took both. */
function takenTogether(histories: Histories): Float64Array {
  const { itemCount, start } = histories
  const counts = new Float64Array(itemCount * itemCount)
  for (let user = 0; user + 1 < start.length; user++) {
    const items = historyOf(histories, user)
    for (const one of items) {
      const row = one * itemCount
      for (const other of items) counts[row + other]++
    }
  }
  return counts
}

/** Adds up what a user's items say for all others, into `scores`. Without an item it is popularity. */
export function easeScores(model: EaseModel, taken: ArrayLike<number>, scores: Float32Array): void {
  const { items, weights, popularity } = model
  if (taken.length === 0) {
    scores.set(popularity)
    return
  }
  scores.fill(0)
  for (let k = 0; k < taken.length; k++) {
    const row = taken[k] * items
    for (let item = 0; item < items; item++) scores[item] += weights[row + item]
  }
}

/** How alike two items are by who took them: the cosine of their columns. */
export function itemSimilarity({ items, together }: EaseModel): (one: number, other: number) => number {
  const norms = Float64Array.from({ length: items }, (_, item) => Math.sqrt(together[item * items + item]))
  return (one, other) => {
    const scale = norms[one] * norms[other]
    return scale === 0 ? 0 : together[one * items + other] / scale
  }
}
