import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  answerTo,
  fallback,
  fallbackAnswer,
  HeldModels,
  HeldScorer,
  settled,
} from '../support/held-models.ts'

// A process was frozen for longer than the model may take; as it went on, the clock said that the model had not
// answered in time, and the fallback took its place.
test('a process that stood still is no reason to give a run up', async () => {
  const { held, release } = await heldScorer()
  const scored = held.score(1)
  await settled()
  await held.advance(1530)
  release()
  assert.deepEqual(await scored, [answerTo(1, 1)])
})

test('a run that goes on for as long again is given up all the same', async () => {
  const { held, release } = await heldScorer()
  const scored = held.score(1)
  await settled()
  await held.advance(1530)
  await held.advance(1530)
  assert.deepEqual(await scored, [fallbackAnswer])
  release()
})

async function heldScorer(): Promise<{ held: HeldScorer; release: () => void }> {
  const models = new HeldModels()
  const { promise, resolve } = Promise.withResolvers<void>()
  models.onRun = () => promise
  const held = await HeldScorer.open({ timeoutMs: 1000, fallback }, models)
  return { held, release: resolve }
}
