import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { discountedGain, intraListDiversity, Judge, ndcg, recall } from '../../training/judge.ts'
import { SeededRandom } from '../../training/random.ts'

const near = (value: number, expected: number, within = 1e-12) =>
  assert.ok(Math.abs(value - expected) < within, `${value} is not ${expected}`)

describe('judging recommendations', () => {
  test('discounted gain: the example of Wikipedia, "Discounted cumulative gain"', () => {
    const found = discountedGain([3, 2, 3, 0, 1, 2])
    const ideal = discountedGain([3, 3, 3, 2, 2, 2])
    near(found, 6.861, 5e-4)
    near(ideal, 8.74, 5e-4)
    near(found / ideal, 0.785, 5e-4)
  })

  test('recall: three relevant items, of which the list has two', () => {
    const list = Int32Array.of(10, 11, 12, 13, 14)
    near(recall(list, new Set([11, 14, 99]), 5), 2 / 3)
    near(recall(list, new Set([11, 14, 99]), 2), 1 / 2)
    near(recall(list, new Set([10, 11, 12, 13, 14, 15, 16]), 5), 1)
  })

  test('a list that is all hits is 1, one without any is 0', () => {
    const list = Int32Array.of(4, 2, 7)
    near(ndcg(list, new Set([2, 4, 7, 9, 11]), 3), 1)
    near(ndcg(list, new Set([5]), 3), 0)
    near(ndcg(list, new Set([2]), 3), 1 / Math.log2(3))
  })

  test('diversity: two that are alike, and one that is not', () => {
    const similarity = (one: number, other: number) => (one + other === 3 ? 0.5 : 0)
    near(intraListDiversity(Int32Array.of(1, 2, 8), similarity), (0.5 + 1 + 1) / 3)
    near(intraListDiversity(Int32Array.of(1), similarity), 0)
  })

  test('over many users each figure is the mean of the definition', () => {
    const random = new SeededRandom(3)
    const [items, top] = [30, 5]
    const similarity = (one: number, other: number) => 1 / (1 + Math.abs(one - other))
    const judge = new Judge({ top, items, similarity })
    const all: { list: number[]; relevant: number[] }[] = []
    for (let user = 0; user < 100; user++) {
      const list = [...random.permutation(items)].slice(0, top + (user % 3))
      const relevant = [...random.permutation(items)].slice(0, 1 + (user % 8))
      judge.add(Int32Array.from(list), new Set(relevant))
      all.push({ list: list.slice(0, top), relevant })
    }
    const mean = (value: (one: (typeof all)[number]) => number) =>
      all.reduce((sum, one) => sum + value(one), 0) / all.length
    const judged = judge.judgement()
    near(judged.users, 100)
    near(judged.coverage, new Set(all.flatMap(({ list }) => list)).size / items)
    near(
      judged.recall,
      mean(
        ({ list, relevant }) =>
          relevant.filter(item => list.includes(item)).length / Math.min(top, relevant.length),
      ),
    )
    near(
      judged.ndcg,
      mean(({ list, relevant }) => {
        const gain = (place: number) => Math.LN2 / Math.log(place + 1)
        let [own, best] = [0, 0]
        for (let place = 1; place <= top; place++) {
          if (relevant.includes(list[place - 1])) own += gain(place)
          if (place <= relevant.length) best += gain(place)
        }
        return own / best
      }),
    )
    near(
      judged.diversity,
      mean(({ list }) => {
        const pairs = list.flatMap(one =>
          list.filter(other => other !== one).map(other => similarity(one, other)),
        )
        return 1 - pairs.reduce((sum, value) => sum + value, 0) / pairs.length
      }),
    )
  })
})
