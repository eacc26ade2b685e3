import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../../engine/limits.ts'
import { figuresSince, joinFigures } from '../../../engine/models/join-figures.ts'
import { answerTo, fallback, fallbackAnswer, HeldModels, HeldScorer } from '../../support/held-models.ts'

const poll = limits.modelPollMs

async function withShadow(options: Parameters<typeof HeldScorer.open>[0] = {}): Promise<HeldScorer> {
  const models = new HeldModels()
  models.serve(1, 3)
  return HeldScorer.open(options, models)
}

test('a second version scores the same rows beside the first, and how far it is from it is recorded', async () => {
  const held = await withShadow()
  const xs = [1, 2, 3, 4, 5]
  assert.deepEqual(
    await held.score(...xs),
    xs.map(x => answerTo(x, 1)),
  )
  assert.deepEqual(
    held.models.runs.filter(({ version }) => version === 3).map(({ rows }) => rows),
    [4, 1],
  )
  assert.deepEqual(held.scorer.figures.shadow, {
    version: 3,
    rows: 5,
    failures: 0,
    differences: {
      y: { mean: 2000, max: 2000, beyond: 1 },
      label: { mean: 1, max: 1, beyond: 1 },
      // Half of its values are the same.
      pair: { mean: 1, max: 2, beyond: 1 },
    },
  })
})

test('a difference within the tolerance is recorded, and not counted as one', async () => {
  const held = await withShadow({ shadow: { tolerance: 2000 } })
  await held.score(1)
  assert.deepEqual(held.scorer.figures.shadow?.differences.y, { mean: 2000, max: 2000, beyond: 0 })
})

test('its failures touch nothing, and are not repeated for ever', async () => {
  const held = await withShadow({ breaker: { failures: 2, retryAfterMs: 500 } })
  held.models.onRun = version => {
    if (version === 3) throw new Error('out of order')
  }
  for (let call = 0; call < 5; call++) assert.deepEqual(await held.score(call), [answerTo(call, 1)])
  assert.equal(held.models.runs.filter(({ version }) => version === 3).length, 2)
  assert.equal(held.scorer.figures.shadow?.failures, 2)
  assert.equal(held.scorer.figures.failures, 0)
  held.models.onRun = () => {}
  held.clock.advance(500)
  await held.score(9)
  assert.equal(held.scorer.figures.shadow?.rows, 1)
})

test('rows that the fallback has answered are not compared', async () => {
  const held = await withShadow({ fallback })
  held.models.onRun = version => {
    if (version === 1) throw new Error('out of order')
  }
  assert.deepEqual(await held.score(1, 2), [fallbackAnswer, fallbackAnswer])
  assert.equal(held.scorer.figures.shadow?.rows, 0)
})

test('it comes and goes as somebody says, and each begins anew', async () => {
  const held = await withShadow()
  await held.score(1)
  held.models.serve(1, 2)
  await held.advance(poll)
  await held.score(1, 2)
  assert.equal(held.scorer.figures.shadow?.version, 2)
  assert.equal(held.scorer.figures.shadow?.rows, 2)
  held.models.serve(1, null)
  await held.advance(poll)
  await held.score(1)
  assert.equal(held.scorer.figures.shadow, null)
  assert.deepEqual(held.models.closed, [3, 2])
})

test('one that cannot be loaded leaves things as they are, at the opening too', async () => {
  const models = new HeldModels()
  models.serve(1, 3)
  models.onLoad = version => {
    if (version === 3) throw new Error('no such file')
  }
  const held = await HeldScorer.open({}, models)
  assert.deepEqual(await held.score(1), [answerTo(1, 1)])
  assert.equal(held.scorer.figures.refused, 1)
  assert.deepEqual(models.notices, [
    'version 3 of model "sum" cannot be the shadow, there is none: no such file',
  ])
})

test('a step that wants none has none', async () => {
  const held = await withShadow({ shadow: null })
  await held.score(1)
  assert.deepEqual(held.models.loads, [1])
})

test('the figures of several tasks are those of one, and what was counted before is taken off', async () => {
  const one = await withShadow()
  const other = await withShadow()
  await one.score(1, 2, 3)
  const before = one.scorer.figures
  await one.score(4)
  await other.score(5, 6)
  const joined = joinFigures(one.scorer.figures, other.scorer.figures)
  assert.equal(joined.rows, 6)
  assert.equal(joined.shadow?.rows, 6)
  assert.deepEqual(joined.shadow?.differences.y, { mean: 2000, max: 2000, beyond: 1 })
  assert.equal(figuresSince(joined, before).rows, 3)
  assert.equal(figuresSince(joined, undefined), joined)
})
