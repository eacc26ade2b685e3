import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BatchArena } from '../../../engine/batch/arena.ts'
import { isHeadraceError } from '../../../engine/errors.ts'
import { Scorer } from '../../../engine/models/scorer.ts'
import { defaultScorerOptions } from '../../../engine/models/scorer-options.ts'
import { ManualClock } from '../../../engine/time/clock.ts'
import {
  answerTo,
  fallback,
  fallbackAnswer,
  HeldModels,
  HeldScorer,
  Sum,
  settled,
} from '../../support/held-models.ts'

const breaker = { failures: 3, retryAfterMs: 500 }

test('rows go to the model in pieces of the size that it likes, each of them once', async () => {
  const held = await HeldScorer.open()
  const xs = Array.from({ length: 10 }, (_, i) => i)
  assert.deepEqual(
    await held.score(...xs),
    xs.map(x => answerTo(x, 1)),
  )
  assert.deepEqual(
    held.models.runs.map(({ rows }) => rows),
    [4, 4, 2],
  )
  assert.deepEqual(await held.score(), [])
  const { calls, rows, version, failures, batchRows } = held.scorer.figures
  assert.deepEqual(
    { calls, rows, version, failures, batchRows },
    { calls: 2, rows: 10, version: 1, failures: 0, batchRows: 4 },
  )
})

test('the fallback answers for a run that throws, then alone for a while, and the model is tried again', async () => {
  const held = await HeldScorer.open({ breaker, fallback })
  const { models } = held
  models.onRun = () => {
    throw new Error('out of order')
  }
  // Two failures of three.
  assert.deepEqual(await held.score(1, 2, 3, 4, 5), new Array(5).fill(fallbackAnswer))
  assert.equal(held.scorer.figures.breaker, 'closed')
  await held.score(6)
  assert.equal(held.scorer.figures.breaker, 'open')
  models.onRun = () => {}
  assert.deepEqual(await held.score(7), [fallbackAnswer])
  assert.equal(models.runs.length, 3)
  held.clock.advance(500)
  assert.deepEqual(await held.score(8), [answerTo(8, 1)])
  const { failures, fallbacks } = held.scorer.figures
  assert.deepEqual({ failures, fallbacks }, { failures: 3, fallbacks: 7 })
  assert.deepEqual(models.notices, [
    'scoring of "score" with model "sum" fails, the fallback answers: out of order',
    'scoring of "score" with model "sum" works again',
  ])
})

test('one failure after the pause opens the breaker again', async () => {
  const held = await HeldScorer.open({ breaker, fallback })
  held.models.onRun = () => {
    throw new Error('out of order')
  }
  await held.score(1, 2, 3, 4, 5, 6, 7, 8, 9)
  held.clock.advance(500)
  await held.score(1, 2, 3, 4, 5)
  assert.equal(held.models.runs.length, 4)
  assert.equal(held.scorer.figures.breaker, 'open')
})

test('without a fallback a run is tried several times, then it is an error with its place', async () => {
  const held = await HeldScorer.open({ breaker })
  held.models.onRun = () => {
    throw new Error('out of order')
  }
  const failing = assert.rejects(held.score(1), error => {
    assert.ok(isHeadraceError(error, 'HR_MODEL_FAILED'))
    assert.deepEqual(error.place, { job: 'sums', step: 'score' })
    assert.match(error.message, /failed 3 times in a row: out of order/)
    return true
  })
  for (let attempt = 0; attempt < 3; attempt++) {
    await settled()
    await held.advance(1000)
  }
  await failing
  assert.equal(held.models.runs.length, 3)
})

test('a run that fails once is answered by the next attempt', async () => {
  const held = await HeldScorer.open({ breaker })
  let left = 1
  held.models.onRun = () => {
    if (left-- > 0) throw new Error('out of order')
  }
  const scored = held.score(1)
  await settled()
  await held.advance(1000)
  assert.deepEqual(await scored, [answerTo(1, 1)])
})

test('a run that blocks the thread for too long has its answer used, and is a failure', async () => {
  const held = await HeldScorer.open({
    breaker: { failures: 1, retryAfterMs: 500 },
    fallback,
    timeoutMs: 100,
  })
  held.models.onRun = () => held.clock.advance(101)
  assert.deepEqual(await held.score(1), [answerTo(1, 1)])
  assert.deepEqual(await held.score(2), [fallbackAnswer])
  assert.equal(held.scorer.figures.failures, 1)
})

test('a run that does not end is given up; what it writes later is in no answer', async () => {
  const held = await HeldScorer.open({
    breaker: { failures: 9, retryAfterMs: 500 },
    fallback,
    timeoutMs: 100,
  })
  const gate = Promise.withResolvers<void>()
  held.models.onRun = () => gate.promise
  const first = held.score(1, 2)
  await settled()
  await held.advance(100)
  assert.deepEqual(await first, [fallbackAnswer, fallbackAnswer])
  // While it is under way the model is not called again, and nobody waits for it.
  assert.deepEqual(await held.score(3), [fallbackAnswer])
  assert.equal(held.models.runs.length, 1)
  held.models.onRun = () => {}
  gate.resolve()
  await settled()
  assert.deepEqual(await held.score(4), [answerTo(4, 1)])
})

test('without a fallback a run that was given up is waited for, as the next attempt', async () => {
  const held = await HeldScorer.open({ breaker, timeoutMs: 100 })
  const gate = Promise.withResolvers<void>()
  held.models.onRun = () => gate.promise
  const scored = held.score(1)
  await settled()
  await held.advance(100)
  held.models.onRun = () => {}
  gate.resolve()
  await held.advance(1000)
  assert.deepEqual(await scored, [answerTo(1, 1)])
})

test('closing waits for the run that is under way', async () => {
  const held = await HeldScorer.open({ fallback })
  const gate = Promise.withResolvers<void>()
  held.models.onRun = () => gate.promise
  const scored = held.score(1)
  await settled()
  held.scorer.close()
  await settled()
  assert.deepEqual(held.models.closed, [])
  gate.resolve()
  await scored
  await settled()
  assert.deepEqual(held.models.closed, [1])
})

test('a deployment without models is an error of the opening', async () => {
  const place = { job: 'sums', step: 'score' }
  const opening = Scorer.open(Sum, defaultScorerOptions, place, undefined, new ManualClock())
  await assert.rejects(opening, error => isHeadraceError(error, 'HR_MODEL_MISSING'))
})

test('what cannot be an option is refused, and named', () => {
  const wrong = [
    [{ timeoutMs: 0 }, /timeout is 0 ms/],
    [{ timeoutMs: 2 ** 31 }, /timeout/],
    [{ breaker: { failures: 0, retryAfterMs: 1 } }, /failures of the breaker is 0/],
    [{ breaker: { failures: 1, retryAfterMs: Number.NaN } }, /retryAfter/],
    [{ cache: { entries: 1.5, ttlMs: 1 } }, /entries of the cache is 1.5/],
    [{ shadow: { tolerance: -1 } }, /tolerance is -1/],
    [{ fallback: { y: 1, label: 'a' } }, /the fallback has no "pair"/],
    [{ fallback: { ...fallback, y: 'one' } }, /"y" is no double/],
    [{ fallback: { ...fallback, z: 1 } }, /the fallback has "z": the outputs are y, label, pair/],
  ] as const
  for (const [options, message] of wrong) {
    assert.throws(
      () => new HeldScorer(options),
      error => isHeadraceError(error, 'HR_CONFIG_INVALID') && message.test(error.message),
    )
  }
})

test('a scorer that was not opened says so', async () => {
  const { scorer } = new HeldScorer({}, new HeldModels())
  await assert.rejects(scorer.score([], 0, new BatchArena()), error => isHeadraceError(error, 'HR_INTERNAL'))
})
