import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { OnnxModels } from '../../connectors/onnx/home.ts'
import { FloatColumn, IntColumn, NumberColumn, VectorColumn } from '../../engine/batch/columns.ts'
import { categoryOf, companionOf, itemCount } from '../../jobs/clickstream/catalogue.ts'
import {
  Anomaly,
  anomalyInputNames,
  candidateItems,
  Recommend,
  recentItems,
} from '../../jobs/clickstream/models.ts'
import { anomalyVersion } from '../../training/anomaly-version.ts'
import { generatedShop } from '../../training/generated-shop.ts'
import { recommendVersion } from '../../training/recommend-version.ts'
import { readShopHistory } from '../../training/shop-history.ts'
import { trainShop } from '../../training/train-shop.ts'

const out = mkdtempSync(path.join(tmpdir(), 'headrace-training-'))
after(() => rmSync(out, { recursive: true }))

const settings = { seed: 3, budget: 0.005, confidence: 0.99 }
// Thirty seconds of the shop: two windows of each user have closed.
const history = await generatedShop({ events: 150_000, perSecond: 5000, seed: 3 })
const happened = await readShopHistory(history)

describe('training for the shop', () => {
  const first = trainShop({ ...settings, history, out, serve: false })

  test('both models are written, serve, and say what they were trained with', async () => {
    const { anomaly, recommend } = await first
    for (const { name, version, directory, serves, rows, fingerprint } of [anomaly, recommend]) {
      assert.deepEqual([version, serves], [1, true])
      assert.equal(directory, path.join(out, name, '1'))
      const card = JSON.parse(readFileSync(path.join(directory, 'model.json'), 'utf8'))
      assert.equal(card.data.rows, rows)
      assert.equal(card.data.fingerprint, fingerprint)
      assert.match(fingerprint, /^[0-9a-f]{64}$/)
      assert.ok(card.data.from < card.data.to)
    }
    assert.ok(anomaly.rows > 15_000)
    assert.equal(recommend.rows, happened.bought.length)
  })

  test('they are what the job asks for', async () => {
    await first
    const home = new OnnxModels({ dir: out })
    const anomaly = await home.load(Anomaly, (await home.serving('anomaly')).version)
    const windows = { clicks: [4, 60], carts: [1, 1], purchases: [0, 30], spend: [0, 4000], items: [4, 50] }
    const inputs = Object.values(windows).map(values => new NumberColumn(Float64Array.from(values)))
    const score = new FloatColumn(new Float32Array(2))
    const severity = new IntColumn(new Int32Array(2))
    const deviations = new VectorColumn(new Float32Array(10), anomalyInputNames.length)
    await anomaly.score(inputs, [score, severity, deviations], 0, 2)
    assert.deepEqual([...severity.values], [0, 4])
    assert.ok(score.values[0] < 0.5 && score.values[1] > 0.6)
    assert.ok(deviations.values.subarray(0, 5).every(by => Math.abs(by) < 3))
    assert.ok(deviations.values[5] > 5)
    await anomaly.close()

    const recommend = await home.load(Recommend, (await home.serving('recommend')).version)
    const recent = new Float32Array(2 * recentItems).fill(-1)
    recent.set([250], 0)
    const items = new VectorColumn(new Float32Array(2 * candidateItems), candidateItems)
    const scores = new VectorColumn(new Float32Array(2 * candidateItems), candidateItems)
    await recommend.score([new VectorColumn(recent, recentItems)], [items, scores], 0, 2)
    assert.equal(items.values[0], companionOf(250))
    assert.ok(!items.values.subarray(0, candidateItems).includes(250))
    // Nobody's recent items: what is popular, and in this shop that is the first items of each category.
    const popular = items.values.subarray(candidateItems, candidateItems + 10)
    assert.ok(
      popular.every(item => item - 50 * categoryOf(item) < 3),
      `${popular}`,
    )
    await recommend.close()
    await home.close()
  })

  test('a later version waits until it is told to serve', async () => {
    await first
    const second = await trainShop({ ...settings, seed: 4, history, out, serve: false })
    assert.deepEqual([second.anomaly.version, second.anomaly.serves], [2, false])
    const third = await trainShop({ ...settings, history, out, serve: true })
    assert.deepEqual([third.recommend.version, third.recommend.serves], [3, true])
    const home = new OnnxModels({ dir: out })
    assert.equal((await home.serving('anomaly')).version, 3)
    await home.close()
    // The same seed and the same history are the same model.
    const onnx = (version: number) => readFileSync(path.join(out, 'anomaly', `${version}`, 'model.onnx'))
    assert.deepEqual(onnx(3), onnx(1))
    assert.notDeepEqual(onnx(2), onnx(1))
  })

  test('alarms keep within the budget on windows that were kept apart, and outliers are found', () => {
    const { metrics } = anomalyVersion(happened, settings)
    assert.ok(metrics.judgedRows > 3000)
    assert.ok(metrics.falseAlarms < 2 * settings.budget, `${metrics.falseAlarms}`)
    assert.ok(metrics.outliersFound >= 0.99, `${metrics.outliersFound}`)
  })

  test('recommendations are better than what is popular', () => {
    const { metrics } = recommendVersion(happened.bought)
    assert.ok(metrics.ease.ndcg > 2 * metrics.popularity.ndcg)
    assert.ok(metrics.ease.coverage > metrics.popularity.coverage)
  })

  test('every purchase of the history is there, and a window is what counting gives', () => {
    const users = new Map<number, number>()
    for (const { user } of happened.bought) users.set(user, (users.get(user) ?? 0) + 1)
    const windowed = happened.windows.reduce((sum, { purchases }) => sum + purchases, 0)
    assert.ok(windowed > 0 && windowed < happened.bought.length)
    assert.ok(happened.bought.every(({ item }) => item >= 0 && item < itemCount))
    assert.ok(happened.windows.every(({ items, clicks, purchases }) => items <= clicks + purchases))
  })

  test('too little is refused', async () => {
    const few = await readShopHistory(await generatedShop({ events: 1000, perSecond: 5000, seed: 1 }))
    assert.throws(() => anomalyVersion(few, settings), { code: 'HR_TRAINING_DATA', message: /no window/ })
    assert.throws(() => recommendVersion([]), { code: 'HR_TRAINING_DATA' })
  })

  test('a home without the topics is refused', async () => {
    const empty = { partitions: async () => undefined } as never
    await assert.rejects(readShopHistory(empty), { code: 'HR_TOPIC_UNKNOWN', message: /topic clicks/ })
  })
})
