import assert from 'node:assert/strict'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as after } from 'node:timers/promises'
import { openLogHome } from '../../../connectors/log/home.ts'
import { OnnxModels } from '../../../connectors/onnx/home.ts'
import { limits, setLimits } from '../../../engine/limits.ts'
import { JobRun } from '../../../engine/run.ts'
import { exitOf, firstOutput, runScript } from '../../support/child-process.ts'
import { randomFrom } from '../../support/random.ts'
import { answerOf, scoringJob, writeAdder } from '../../support/scoring-jobs.ts'
import type { AnswerRow } from '../../support/scoring-place.ts'
import { ScoringPlace } from '../../support/scoring-place.ts'

const script = 'test/support/scoring-process.ts'
const seed = Number(process.env.HEADRACE_SEED ?? Date.now() & 0x7fffffff)

/** Each value once, with the answer of the version on its row; versions never go back in a partition. */
function assertAnswered(partitions: readonly (readonly AnswerRow[])[], count: number): ReadonlySet<number> {
  const rows = partitions.flat()
  assert.deepEqual(
    rows.map(({ value }) => value).sort((a, b) => a - b),
    Array.from({ length: count }, (_, value) => value),
  )
  for (const { value, answer, modelVersion } of rows) assert.equal(answer, answerOf(value, modelVersion))
  for (const own of partitions) {
    for (let i = 1; i < own.length; i++) assert.ok(own[i].modelVersion >= own[i - 1].modelVersion)
  }
  return new Set(rows.map(({ modelVersion }) => modelVersion))
}

/** Promotes one version after the other, until it is told to stop. */
async function promoting(place: ScoringPlace, everyMs: number, signal: AbortSignal): Promise<number> {
  let version = 1
  for (; !signal.aborted; version++) {
    await after(everyMs)
    await writeAdder(place.models.folder.dir, version + 1)
    await place.models.folder.promote('adder', version + 1)
  }
  return version
}

test('100,000 rows while versions change, some of them damaged: each is answered once, by one version', async t => {
  const { modelPollMs, batchRows, modelMeasureMs } = limits
  setLimits({ modelPollMs: 5, batchRows: 500, modelMeasureMs: 2 })
  t.after(() => setLimits({ modelPollMs, batchRows, modelMeasureMs }))
  const place = new ScoringPlace(t)
  const { folder } = place.models
  const versions = 10
  const damaged = 4
  for (let version = 1; version <= versions; version++) await writeAdder(folder.dir, version)
  appendFileSync(folder.onnxPath('adder', damaged), 'damaged')
  await folder.promote('adder', 1)
  await place.write(0, 1000)
  const notices: string[] = []
  const models = new OnnxModels({ dir: folder.dir }, notice => notices.push(notice))
  const run = await JobRun.open(scoringJob(), { home: openLogHome(place.log), models, commitEveryMs: 5 })
  const stop = new AbortController()
  const working = run.work(stop.signal)
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await Promise.race([working, after(2)])
  }
  let count = 1000
  const feed = async (rows: number) => {
    await place.write(count, count + rows)
    count += rows
    await until(() => run.counts().steps.answers.out === count)
  }
  for (let version = 2; version <= versions; version++) {
    await folder.promote('adder', version)
    await feed(11_000)
    // A version takes over when there are rows for it.
    const isTaken = () => run.counts().scores.answers.version === version
    while (version === damaged ? notices.length < 4 : !isTaken()) await feed(100)
  }
  stop.abort()
  await working
  await run.close()
  const used = assertAnswered(await place.answers(), count)
  assert.ok(count >= 100_000)
  assert.ok(used.size >= versions - 3 && !used.has(damaged), `versions ${[...used]}`)
  // Each of the four tasks says it once.
  assert.equal(notices.length, 4)
  for (const notice of notices)
    assert.match(notice, /^version 4 of model "adder" cannot be the serving one, .*DAMAGED/)
})

test('killed in the midst of swaps, with two threads: each row is answered once, by one version', async t => {
  t.diagnostic(`HEADRACE_SEED=${seed}`)
  const random = randomFrom(seed)
  const place = new ScoringPlace(t)
  const { folder } = place.models
  const count = 20_000
  await place.write(0, count)
  await writeAdder(folder.dir, 1)
  await folder.promote('adder', 1)
  const stop = new AbortController()
  const promoted = promoting(place, 10, stop.signal)
  for (let kill = 0; kill < 3; kill++) {
    const child = runScript(t, script, place.log.dir, folder.dir, '100')
    await firstOutput(child)
    await after(random() * 100)
    child.kill('SIGKILL')
    await exitOf(child)
  }
  const last = runScript(t, script, place.log.dir, folder.dir, '100')
  assert.equal(await exitOf(last), 0)
  stop.abort()
  assert.ok((await promoted) > 5)
  const versions = assertAnswered(await place.answers(), count)
  assert.ok(versions.size > 1, `versions ${[...versions]}`)
})

test('threads that are ended in the midst of runs do not take the process along', async t => {
  const place = new ScoringPlace(t)
  const { folder } = place.models
  await place.write(0, 100_000)
  await writeAdder(folder.dir, 1, 1024)
  await folder.promote('adder', 1)
  const child = runScript(t, script, place.log.dir, folder.dir, '8192', '200')
  await once(child, 'exit')
  assert.deepEqual([child.exitCode, child.signalCode], [0, null])
})
