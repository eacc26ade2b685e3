import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { exportEase } from '../../connectors/onnx/write/index.ts'
import type { EaseModel } from '../../training/ease.ts'
import { easeScores, itemSimilarity, trainEase } from '../../training/ease.ts'
import type { Histories } from '../../training/histories.ts'
import { historiesOf, historyOf } from '../../training/histories.ts'
import { InteractionGatherer } from '../../training/interactions.ts'
import { SeededRandom } from '../../training/random.ts'

/** Users who mostly take even items, or mostly odd ones. */
function someHistories(users: number, items: number): Histories {
  const random = new SeededRandom(4)
  const gatherer = new InteractionGatherer()
  for (let item = 0; item < items; item++) gatherer.add('all', item, item)
  for (let user = 0; user < users; user++) {
    for (let turn = 0; turn < 8; turn++) {
      const item = 2 * random.below(items / 2) + Number(random.next() < 0.1 !== user % 2 > 0)
      gatherer.add(user, item, turn)
    }
  }
  return historiesOf(gatherer.finish())
}

function scored(model: EaseModel, taken: readonly number[]): Float32Array {
  const scores = new Float32Array(model.items)
  easeScores(model, taken, scores)
  return scores
}

describe('EASE', () => {
  const lambda = 3
  const histories = someHistories(60, 14)
  const model = trainEase(histories, { lambda })
  const { items, weights } = model
  const users = histories.start.length - 1
  const matrix = Array.from({ length: users }, (_, user) => {
    const row = new Array<number>(items).fill(0)
    for (const item of historyOf(histories, user)) row[item] = 1
    return row
  })

  test('no weight can be changed without the error growing: it is the minimum that the paper asks for', () => {
    // The gradient of |X - XB|² + lambda |B|² is X'(XB - X) + lambda B, and has to be 0 off the diagonal.
    const left = matrix.map(row =>
      row.map((value, j) => row.reduce((sum, x, i) => sum + x * weights[i * items + j], -value)),
    )
    for (let i = 0; i < items; i++) {
      for (let j = 0; j < items; j++) {
        const gradient = matrix.reduce(
          (sum, row, user) => sum + row[i] * left[user][j],
          lambda * weights[i * items + j],
        )
        if (i === j) assert.equal(weights[i * items + j], 0)
        else assert.ok(Math.abs(gradient) < 1e-4, `${i}, ${j}: ${gradient}`)
      }
    }
  })

  test('counts and popularity are those of a plain count', () => {
    for (let i = 0; i < items; i++) {
      const takers = matrix.filter(row => row[i] === 1)
      assert.equal(model.popularity[i], Math.fround(takers.length / users))
      for (let j = 0; j < items; j++) {
        assert.equal(model.together[i * items + j], takers.filter(row => row[j] === 1).length)
      }
    }
    const similarity = itemSimilarity(model)
    const [one, other] = [matrix.map(row => row[2]), matrix.map(row => row[5])]
    const dot = (a: number[], b: number[]) => a.reduce((sum, value, user) => sum + value * b[user], 0)
    const cosine = dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other))
    assert.ok(Math.abs(similarity(2, 5) - cosine) < 1e-12)
  })

  test('what goes together is recommended together', () => {
    const scores = scored(model, [0, 4])
    const best = [...scores.keys()]
      .filter(item => item !== 0 && item !== 4)
      .sort((a, b) => scores[b] - scores[a])
    assert.ok(
      best.slice(0, 3).every(item => item % 2 === 0),
      `${best}`,
    )
    assert.deepEqual(scored(model, []), model.popularity)
  })

  test('the exported model recommends the same', async () => {
    const [recent, top] = [5, 6]
    const { popularity } = model
    const session = await InferenceSession.create(
      exportEase({ items, weights, recent, top, popularity }).bytes,
    )
    for (const taken of [[0], [3, 1], [2, 5, 7, 9, 11], []]) {
      const slots = Float32Array.from({ length: recent }, (_, k) => taken[k] ?? -1)
      const answer = await session.run({ recent: new Tensor('float32', slots, [1, recent]) })
      const scores = scored(model, taken)
      const rest = [...scores.keys()].filter(item => !taken.includes(item))
      const best = rest.sort((a, b) => scores[b] - scores[a] || a - b).slice(0, top)
      assert.deepEqual(Array.from(answer.items.data, Number), best)
    }
    await session.release()
  })

  test('one item is too few', () => {
    const gatherer = new InteractionGatherer()
    gatherer.add('ann', 'tea', 1)
    assert.throws(() => trainEase(historiesOf(gatherer.finish()), { lambda }), { code: 'HR_TRAINING_DATA' })
  })
})
