import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { RerankRules } from '../../../operators/recommend/reranker.ts'
import { reranker } from '../../../operators/recommend/reranker.ts'
import { assertProperty } from '../../support/property.ts'

const itemsOf = (rules: RerankRules, candidates: number[], scores: number[], seen?: number[]) =>
  reranker(rules)(Float32Array.from(candidates), Float32Array.from(scores), seen).items

describe('reranker', () => {
  test('without rules it is the best scores, the first of equal ones first', () => {
    const ranked = reranker({ top: 3 })([5, 8, 2, 9], [0.5, 2, 2, -1])
    assert.deepEqual(ranked, { items: [8, 2, 5], scores: [2, 2, 0.5] })
  })

  test('what is excluded, seen or no candidate is not chosen', () => {
    const exclude = (item: number) => item === 8
    assert.deepEqual(itemsOf({ top: 3, exclude }, [5, 8, 2, -1], [1, 9, 3, 0], [2]), [5])
  })

  test('a boost lifts by a share of the range of scores', () => {
    const boost = (item: number) => (item === 3 ? 0.45 : 0)
    assert.deepEqual(itemsOf({ top: 4, boost }, [1, 2, 3, 4], [10, 8, 6, 0]), [3, 1, 2, 4])
    assert.deepEqual(itemsOf({ top: 4, boost }, [1, 2, 3, 4], [10, 8, 5, 0]), [1, 3, 2, 4])
  })

  test('of a category no more than the cap are chosen, fillers included', () => {
    const rules = { top: 4, categories: { of: (item: number) => item >> 3, most: 2 }, popular: [3, 9, 17] }
    assert.deepEqual(itemsOf(rules, [0, 1, 2, 8], [4, 3, 2, 1]), [0, 1, 8, 9])
  })

  test('for a cold user the list is filled with what is popular, best first', () => {
    const ranked = reranker({ top: 3, popular: [4, 7, 6, 1] })([-1, -1], [0, 0], [7])
    assert.deepEqual(ranked, { items: [4, 6, 1], scores: [0, 0, 0] })
  })

  test('diversity: by hand', () => {
    // Worths are 1, 0.9, 0.5 and 0; 11 is like 10, 20 is like nothing.
    const similarity = (one: number, other: number) => (one >> 1 === other >> 1 ? 1 : 0)
    const candidates = [10, 11, 20, 30]
    const scores = [2, 1.8, 1, 0]
    assert.deepEqual(
      itemsOf({ top: 3, diversity: { weight: 0.3, similarity } }, candidates, scores),
      [10, 20, 11],
    )
    assert.deepEqual(
      itemsOf({ top: 3, diversity: { weight: 0.6, similarity } }, candidates, scores),
      [10, 20, 30],
    )
    assert.deepEqual(
      itemsOf({ top: 3, diversity: { weight: 0, similarity } }, candidates, scores),
      [10, 11, 20],
    )
  })

  test('lists do not touch each other', () => {
    const rank = reranker({ top: 2, categories: { of: item => item % 2, most: 1 } })
    const first = rank([1, 2, 3], [3, 2, 1])
    assert.deepEqual(rank([1, 3], [1, 3]).items, [3])
    assert.deepEqual(first.items, [1, 2])
  })

  test('rules that make no sense are refused', () => {
    const similarity = () => 0
    for (const rules of [
      { top: 0 },
      { top: 1.5 },
      { top: 1, categories: { of: () => 0, most: 0 } },
      { top: 1, diversity: { weight: 1.1, similarity } },
      { top: 1, diversity: { weight: Number.NaN, similarity } },
      { top: 1, diversity: { weight: 0.5 } },
    ]) {
      assert.throws(() => reranker(rules), { code: 'HR_CONFIG_INVALID' })
    }
  })

  test('every list is the one of the definition, item by item', async () => {
    const candidate = fc.record({
      item: fc.integer({ min: -1, max: 20 }),
      score: fc.integer({ min: -5, max: 5 }),
    })
    const lists = fc.uniqueArray(candidate, { selector: ({ item }) => item, maxLength: 15 })
    const weights = fc.constantFrom(0, 0.25, 0.5)
    const caps = fc.integer({ min: 1, max: 4 })
    const near = (one: number, other: number) => 1 / (1 + Math.abs(one - other))
    const similarities = fc.constantFrom({ similarity: near }, {})
    const chances = fc.tuple(weights, similarities, caps, fc.subarray([1, 4, 7, 9]))
    await assertProperty(
      fc.property(lists, chances, (list, [weight, similarity, most, seen]) => {
        const rules = {
          top: 5,
          exclude: (item: number) => item === 3,
          boost: (item: number) => (item % 5 === 0 ? 0.25 : 0),
          categories: { of: (item: number) => item % 3, most },
          diversity: { weight, ...similarity },
          popular: [2, 3, 5, 7, 11, 13],
        }
        const items = list.map(({ item }) => item)
        const scores = list.map(({ score }) => score)
        assert.deepEqual(itemsOf(rules, items, scores, seen), naive(rules, items, scores, seen))
      }),
    )
  })
})

type AllRules = Required<RerankRules>

/** The definition, with everything computed anew for each place. */
function naive(rules: AllRules, items: number[], scores: number[], seen: number[]): number[] {
  const { top, exclude, boost, categories, diversity, popular } = rules
  const ofOneCategory = (one: number, other: number) => Number(categories.of(one) === categories.of(other))
  const { similarity = ofOneCategory } = diversity
  const real = scores.filter((_, k) => items[k] >= 0)
  const [lowest, highest] = [Math.min(...real), Math.max(...real)]
  const chosen: number[] = []
  const isAllowed = (item: number) =>
    item >= 0 &&
    !exclude(item) &&
    ![...seen, ...chosen].includes(item) &&
    chosen.filter(one => categories.of(one) === categories.of(item)).length < categories.most
  while (chosen.length < top) {
    const left = items.map((item, k) => ({ item, score: scores[k] })).filter(({ item }) => isAllowed(item))
    const values = left.map(({ item, score }) => {
      const worth = (highest > lowest ? (score - lowest) * (1 / (highest - lowest)) : 0) + boost(item)
      const alike = Math.max(0, ...chosen.map(one => similarity(one, item)))
      return (1 - diversity.weight) * worth - diversity.weight * alike
    })
    if (left.length === 0) break
    chosen.push(left[values.indexOf(Math.max(...values))].item)
  }
  for (const item of Array.from(popular)) if (chosen.length < top && isAllowed(item)) chosen.push(item)
  return chosen
}
