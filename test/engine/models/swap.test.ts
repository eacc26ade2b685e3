import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeadraceError, isHeadraceError } from '../../../engine/errors.ts'
import { limits } from '../../../engine/limits.ts'
import { answerTo, HeldModels, HeldScorer, settled } from '../../support/held-models.ts'

const poll = limits.modelPollMs

test('another version takes over between two calls, and the old one is closed', async () => {
  const held = await HeldScorer.open()
  held.models.serve(2)
  assert.deepEqual(await held.score(1), [answerTo(1, 1)])
  await held.advance(poll)
  assert.deepEqual(held.models.loads, [1, 2])
  assert.deepEqual(await held.score(1), [answerTo(1, 2)])
  assert.deepEqual(held.models.closed, [1])
  const { version, swaps } = held.scorer.figures
  assert.deepEqual({ version, swaps }, { version: 2, swaps: 1 })
})

test('a call that is under way is answered by one version to its end', async () => {
  const held = await HeldScorer.open({ timeoutMs: 10 * poll })
  const gate = Promise.withResolvers<void>()
  held.models.onRun = () => gate.promise
  const scored = held.score(1, 2, 3, 4, 5, 6)
  held.models.serve(2)
  await held.advance(poll)
  assert.deepEqual(held.models.loads, [1, 2])
  gate.resolve()
  assert.deepEqual(
    await scored,
    [1, 2, 3, 4, 5, 6].map(x => answerTo(x, 1)),
  )
  assert.deepEqual(await held.score(7), [answerTo(7, 2)])
})

test('the old version goes on while the next one is loaded', async () => {
  const held = await HeldScorer.open()
  const gate = Promise.withResolvers<void>()
  held.models.onLoad = () => gate.promise
  held.models.serve(2)
  await held.advance(poll)
  assert.deepEqual(await held.score(1), [answerTo(1, 1)])
  gate.resolve()
  await settled()
  assert.deepEqual(await held.score(1), [answerTo(1, 2)])
})

test('a version that cannot be loaded changes nothing, is said once, and tried again when somebody says so', async () => {
  const held = await HeldScorer.open()
  let isSound = false
  held.models.onLoad = () => {
    if (!isSound) throw new HeadraceError('HR_MODEL_DAMAGED', 'its sha256 is another one')
  }
  held.models.serve(2)
  for (let look = 0; look < 3; look++) await held.advance(poll)
  assert.deepEqual(await held.score(1), [answerTo(1, 1)])
  assert.deepEqual(held.models.loads, [1, 2])
  assert.deepEqual(held.models.notices, [
    'version 2 of model "sum" cannot be the serving one, version 1 stays: HR_MODEL_DAMAGED: its sha256 is another one',
  ])
  assert.equal(held.scorer.figures.refused, 1)
  isSound = true
  held.models.serve(2)
  await held.advance(poll)
  assert.deepEqual(await held.score(1), [answerTo(1, 2)])
})

test('a version that is not to serve any more before it took over is closed', async () => {
  const held = await HeldScorer.open()
  held.models.serve(2)
  await held.advance(poll)
  held.models.serve(1)
  await held.advance(poll)
  assert.deepEqual(held.models.closed, [2])
  assert.deepEqual(await held.score(1), [answerTo(1, 1)])
  held.models.serve(3)
  await held.advance(poll)
  held.models.serve(4)
  await held.advance(poll)
  assert.deepEqual(await held.score(1), [answerTo(1, 4)])
  assert.deepEqual(held.models.closed, [2, 3, 1])
})

test('where nobody can tell what serves, it goes on, and that is said once', async () => {
  const held = await HeldScorer.open()
  held.models.onServing = () => {
    throw new Error('the disk is away')
  }
  for (let look = 0; look < 3; look++) await held.advance(poll)
  assert.deepEqual(held.models.notices, ['what serves as model "sum" cannot be found out: the disk is away'])
  held.models.onServing = () => {}
  held.models.serve(2)
  await held.advance(poll)
  assert.deepEqual(await held.score(1), [answerTo(1, 2)])
})

test('the first version has to be loaded, or the opening fails', async () => {
  const models = new HeldModels()
  models.onLoad = () => {
    throw new HeadraceError('HR_MODEL_DAMAGED', 'its sha256 is another one')
  }
  await assert.rejects(HeldScorer.open({}, models), error => isHeadraceError(error, 'HR_MODEL_DAMAGED'))
})

test('a closed scorer looks no more, and closes what was still being loaded', async () => {
  const held = await HeldScorer.open()
  const gate = Promise.withResolvers<void>()
  held.models.onLoad = () => gate.promise
  held.models.serve(2)
  await held.advance(poll)
  held.scorer.close()
  gate.resolve()
  await settled()
  assert.deepEqual(held.models.closed.toSorted(), [1, 2])
  held.models.serve(3)
  await held.advance(poll)
  assert.deepEqual(held.models.loads, [1, 2])
})

test('versions that change all the time: each row has one answer, and versions never go back', async () => {
  const held = await HeldScorer.open()
  held.models.batchRows = 7
  let before = 1
  for (let round = 0; round < 200; round++) {
    if (round % 3 === 0) held.models.serve(2 + round)
    if (round % 2 === 0) await held.advance(poll)
    const xs = Array.from({ length: 1 + (round % 50) }, (_, i) => round * 100 + i)
    const found = await held.score(...xs)
    const [{ version }] = found
    assert.deepEqual(
      found,
      xs.map(x => answerTo(x, version)),
    )
    assert.ok(version >= before)
    before = version
  }
  assert.ok(held.scorer.figures.swaps > 20)
  assert.equal(held.models.loads.length - held.models.closed.length, 1)
})
