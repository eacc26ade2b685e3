import { exportEase, exportMatrixFactorisation } from '../../../../../connectors/onnx/write/index.ts'
import type { ModelCase, Random } from './model-case.ts'
import { dot, eighths, rowOf, whole } from './model-case.ts'

/** Scores are sums of eighths, so that many are equal, and then the lower index comes first. */
export function recommendingCases(random: Random): ModelCase[] {
  return [ease(random), factorisation(random, true), factorisation(random, false)]
}

/** Empty places, items twice, and numbers that are no items' among them. */
function indexes(random: Random, length: number, items: number): Float32Array {
  const strange = [-1, -1, Number.NaN, items, 1e9, -7, Infinity]
  return Float32Array.from({ length }, () =>
    random() < 0.4 ? strange[whole(random, 0, strange.length - 1)]! : whole(random, 0, items - 1),
  )
}

function best(scores: readonly number[], top: number) {
  const order = [...scores.keys()]
    .filter(item => scores[item] !== -Infinity)
    .toSorted((one, other) => scores[other]! - scores[one]! || one - other)
    .slice(0, top)
  const empty = Array.from({ length: top - order.length }, () => 0)
  return {
    items: [...order, ...empty.map(() => -1)],
    scores: [...order.map(item => scores[item]!), ...empty],
  }
}

function mask(scores: number[], items: readonly number[]): void {
  for (const item of items) if (item >= 0 && item < scores.length) scores[item] = -Infinity
}

function ease(random: Random): ModelCase {
  const items = whole(random, 1, 30)
  const [recent, top] = [whole(random, 1, 6), whole(random, 1, items)]
  const weights = eighths(random, items * items)
  const popularity = random() < 0.5 ? eighths(random, items) : undefined
  const [repeat, boost, exclude] = [random() < 0.3, random() < 0.5, whole(random, 0, 4)]
  const model = { items, weights, recent, top, repeat, boost, exclude, ...(popularity && { popularity }) }
  return {
    name: 'ease',
    model: exportEase(model),
    inputs: rows => ({
      recent: indexes(random, rows * recent, items),
      ...(boost && {
        boost: eighths(random, rows * items).map(value => (random() < 0.2 ? -Infinity : value)),
      }),
      ...(exclude > 0 && { exclude: indexes(random, rows * exclude, items) }),
    }),
    expected(inputs, row) {
      const seen = rowOf(inputs.recent!, row, recent)
      const known = seen.filter(item => item >= 0 && item < items)
      const scores = Array.from({ length: items }, (_, item) =>
        known.reduce((sum, other) => sum + weights[other * items + item]!, 0),
      )
      if (known.length === 0 && popularity) scores.splice(0, items, ...popularity)
      if (boost)
        for (let item = 0; item < items; item++) scores[item]! += rowOf(inputs.boost!, row, items)[item]!
      if (!repeat) mask(scores, seen)
      if (exclude > 0) mask(scores, rowOf(inputs.exclude!, row, exclude))
      return best(scores, top)
    },
  }
}

function factorisation(random: Random, isLookedUp: boolean): ModelCase {
  const [factors, items, count] = [whole(random, 1, 5), whole(random, 1, 30), whole(random, 1, 9)]
  const [seen, top] = [whole(random, 0, 5), whole(random, 1, items)]
  const itemFactors = eighths(random, items * factors)
  const itemBias = random() < 0.5 ? eighths(random, items) : undefined
  const users = eighths(random, count * factors)
  const unknown = [-1n, BigInt(count), 2n ** 40n]
  const userOf = () => (random() < 0.2 ? unknown[whole(random, 0, 2)]! : BigInt(whole(random, 0, count - 1)))
  return {
    name: `matrix factorisation, ${isLookedUp ? 'users looked up' : 'users given'}`,
    model: exportMatrixFactorisation({
      ...{ factors, items, itemFactors, seen, top },
      ...(itemBias && { itemBias }),
      ...(isLookedUp && { users: { count, factors: users } }),
    }),
    inputs: rows => ({
      user: isLookedUp ? BigInt64Array.from({ length: rows }, userOf) : eighths(random, rows * factors),
      ...(seen > 0 && { seen: indexes(random, rows * seen, items) }),
    }),
    expected(inputs, row) {
      const index = Number(inputs.user![row])
      const known = index >= 0 && index < count ? rowOf(users, index, factors) : new Array(factors).fill(0)
      const user = isLookedUp ? known : rowOf(inputs.user!, row, factors)
      const scores = Array.from(
        { length: items },
        (_, item) => dot(user, rowOf(itemFactors, item, factors)) + (itemBias?.[item] ?? 0),
      )
      if (seen > 0) mask(scores, rowOf(inputs.seen!, row, seen))
      return best(scores, top)
    },
  }
}
