import assert from 'node:assert/strict'
import { test } from 'node:test'
import { double } from '../../../engine/batch/schema.ts'
import { HeadraceError } from '../../../engine/errors.ts'
import { limits, setLimits } from '../../../engine/limits.ts'
import { features } from '../../../engine/stores/feature-view.ts'
import { modelServer, resultsOf } from '../../support/model-server.ts'
import { ScriptedFeatures } from '../../support/scripted-features.ts'
import { ScriptedModels } from '../../support/scripted-models.ts'
import { bearer, problemOf, tokens } from '../../support/test-server.ts'
import { until } from '../../support/turns.ts'

const twice = (factor = 2) => ({
  inputs: { x: double() },
  outputs: { y: double() },
  score: ({ x }: Readonly<Record<string, unknown>>) => ({ y: Number(x) * factor }),
})

const rows = [{ x: 1 }, { x: 2 }]

/** Which version is to serve is looked at all the time. */
function pollAlways(t: { after: (end: () => void) => void }): void {
  const { modelPollMs } = limits
  setLimits({ modelPollMs: 1 })
  t.after(() => setLimits({ modelPollMs }))
}

test('a model that fails: 503, or what the request has for that case; then it is left alone', async t => {
  const models = new ScriptedModels().put('twice', 1, twice())
  models.failure = new Error('secret reasons')
  const breaker = { failures: 2, retryAfterMs: 60_000 }
  const server = await modelServer(t, models, { scoring: { breaker } })
  const failed = await server.score('twice', { rows })
  assert.equal(failed.headers.get('retry-after'), '1')
  const problem = await problemOf(failed)
  assert.deepEqual([problem.status, problem.code], [503, 'HR_MODEL_FAILED'])
  assert.doesNotMatch(problem.detail, /secret/)
  const asked = { rows, fallback: { y: -1 } }
  const answered = await resultsOf(await server.score('twice', asked))
  const result = { outputs: { y: -1 }, modelVersion: null, fallback: 'model' }
  assert.deepEqual(answered, [result, result])
  assert.equal(models.runs.length, 2)
  assert.deepEqual(await resultsOf(await server.score('twice', asked)), [result, result])
  assert.equal(models.runs.length, 2)
  assert.match(models.notices.join(), /twice.*fails.*secret reasons/)
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  assert.match(metrics, /^headrace_score_breaker_open\{model="twice"\} 1$/m)
  assert.match(metrics, /^headrace_score_failures_total\{model="twice"\} 2$/m)
  assert.match(metrics, /^headrace_score_fallbacks_total\{model="twice"\} 6$/m)
})

test('a model that takes too long', async t => {
  const models = new ScriptedModels().put('twice', 1, twice())
  const { promise, resolve } = Promise.withResolvers<void>()
  models.gate = promise
  const server = await modelServer(t, models, { scoring: { timeoutMs: 20 } })
  const [late] = await resultsOf(await server.score('twice', { rows: [{ x: 1 }], fallback: { y: 0 } }))
  assert.deepEqual(late, { outputs: { y: 0 }, modelVersion: null, fallback: 'model' })
  resolve()
  await until(async () => {
    const [answer] = await resultsOf(await server.score('twice', { rows: [{ x: 1 }], fallback: { y: 0 } }))
    return answer.outputs?.y === 2
  })
})

test('answers are remembered where the deployment wants that', async t => {
  const models = new ScriptedModels().put('twice', 1, twice())
  const server = await modelServer(t, models, { scoring: { cache: { entries: 100, ttlMs: 60_000 } } })
  for (let k = 0; k < 3; k++) {
    const results = await resultsOf(await server.score('twice', { rows }))
    assert.deepEqual(
      results.map(({ outputs, modelVersion }) => [outputs, modelVersion]),
      [
        [{ y: 2 }, 1],
        [{ y: 4 }, 1],
      ],
    )
  }
  assert.deepEqual(models.runs, [{ version: 1, rows: 2 }])
})

test('another version takes over while requests are under way: each is answered, by one version', async t => {
  pollAlways(t)
  const models = new ScriptedModels().put('twice', 1, twice(10)).put('twice', 2, twice(100))
  const server = await modelServer(t, models)
  const seen = new Set<number | null>()
  let asked = 0
  const ask = async (x: number) => {
    asked++
    const results = await resultsOf(await server.score('twice', { rows: [{ x }, { x: x + 1 }] }))
    const versions = new Set(results.map(({ modelVersion }) => modelVersion))
    assert.equal(versions.size, 1)
    const [version] = versions
    const factor = version === 1 ? 10 : 100
    assert.deepEqual(
      results.map(({ outputs }) => outputs?.y),
      [x * factor, (x + 1) * factor],
    )
    seen.add(version)
  }
  const client = async (first: number) => {
    for (let x = first; !seen.has(2) || asked < 200; x += 8) await ask(x)
  }
  const clients = Array.from({ length: 8 }, (_, k) => client(k))
  await until(() => seen.has(1))
  await models.serve('twice', { version: 2, shadow: null })
  await Promise.all(clients)
  assert.deepEqual([...seen].toSorted(), [1, 2])
  await until(() => models.loaded.join() === 'twice@2')
})

test('a version that cannot be loaded changes nothing', async t => {
  pollAlways(t)
  const broken = new HeadraceError('HR_MODEL_PARITY', 'it answers otherwise')
  const models = new ScriptedModels().put('twice', 1, twice()).put('twice', 2, { ...twice(3), broken })
  const server = await modelServer(t, models, { server: { tokens: tokens({ root: ['admin'] }) } })
  const serve = (body: unknown) => server.post('/v1/models/twice/serving', body, bearer('root'))
  const refused = await problemOf(await serve({ version: 2 }))
  assert.deepEqual([refused.status, refused.code], [409, 'HR_MODEL_REFUSED'])
  assert.match(refused.detail, /HR_MODEL_PARITY: it answers otherwise/)
  assert.equal((await problemOf(await serve({ version: 3 }))).code, 'HR_MODEL_UNKNOWN')
  assert.equal((await problemOf(await serve({ version: 1, shadow: 1 }))).code, 'HR_REQUEST_INVALID')
  assert.deepEqual(await models.serving('twice'), { version: 1, shadow: null })
  await models.serve('twice', { version: 2, shadow: null })
  await until(() => models.notices.some(notice => /version 2 .* cannot be the serving one/.test(notice)))
  const [result] = await resultsOf(await server.score('twice', { rows }, bearer('root')))
  assert.deepEqual([result.outputs, result.modelVersion], [{ y: 2 }, 1])
})

test('a version with other inputs takes over with them', async t => {
  pollAlways(t)
  const other = {
    inputs: { a: double(), b: double() },
    outputs: { sum: double() },
    score: ({ a, b }: Readonly<Record<string, unknown>>) => ({ sum: Number(a) + Number(b) }),
  }
  const models = new ScriptedModels().put('twice', 1, twice()).put('twice', 2, other)
  const { promise, resolve } = Promise.withResolvers<void>()
  const server = await modelServer(t, models)
  models.gate = promise
  const before = server.score('twice', { rows: [{ x: 4 }] })
  await until(() => models.runs.length === 1)
  await models.serve('twice', { version: 2, shadow: null })
  await until(async () => (await server.models.of('twice')).reader.names.join() === 'a,b')
  const after = server.score('twice', { rows: [{ a: 1, b: 2 }] })
  resolve()
  const results = [await resultsOf(await before), await resultsOf(await after)]
  assert.deepEqual(
    results.map(([{ outputs, modelVersion }]) => [outputs, modelVersion]),
    [
      [{ y: 8 }, 1],
      [{ sum: 3 }, 2],
    ],
  )
  assert.equal((await server.score('twice', { rows: [{ x: 4 }] })).status, 400)
  await until(() => models.loaded.join() === 'twice@2')
  assert.deepEqual(models.notices, [])
})

test('a request that still reads its features is answered by the version that it came for', async t => {
  pollAlways(t)
  const users = features('users', { entity: 'user', fields: { x: double() } })
  const store = new ScriptedFeatures(users)
  store.put(users, 'u1', { x: { state: 'ok', value: 21, time: Date.now() } })
  const { promise, resolve } = Promise.withResolvers<void>()
  store.gate = promise
  const other = { inputs: { z: double() }, outputs: { y: double() }, score: () => ({ y: -1 }) }
  const models = new ScriptedModels().put('twice', 1, twice()).put('twice', 2, other)
  const server = await modelServer(t, models, { store })
  const asked = server.score('twice', { features: { view: 'users', entities: ['u1'] } })
  await until(() => store.reads === 1)
  await models.serve('twice', { version: 2, shadow: null })
  await until(async () => (await server.models.of('twice')).reader.names.join() === 'z')
  resolve()
  const [{ outputs, modelVersion }] = await resultsOf(await asked)
  assert.deepEqual([outputs, modelVersion], [{ y: 42 }, 1])
  await until(() => models.loaded.join() === 'twice@2')
})

test('a shadow scores the same rows, and the differences can be seen', async t => {
  const models = new ScriptedModels().put('twice', 1, twice(2)).put('twice', 2, twice(3))
  await models.serve('twice', { version: 1, shadow: 2 })
  const server = await modelServer(t, models)
  await until(() => models.loaded.length === 2)
  await until(async () => {
    const results = await resultsOf(await server.score('twice', { rows: [{ x: 5 }] }))
    assert.deepEqual(results[0].outputs, { y: 10 })
    return models.runs.some(({ version }) => version === 2)
  })
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  assert.match(metrics, /^headrace_shadow_difference_max\{model="twice",output="y"\} 5$/m)
  const shown = (await (await fetch(`${server.url}/v1/models/twice`)).json()) as {
    scoring: { shadow: { version: number; differences: object } }
  }
  assert.equal(shown.scoring.shadow.version, 2)
  assert.deepEqual(shown.scoring.shadow.differences, { y: { mean: 5, max: 5, beyond: 1 } })
})

test('one model that cannot be loaded does not keep others from serving', async t => {
  const broken = new HeadraceError('HR_MODEL_DAMAGED', 'its sha256 is another one', { file: '/secret/path' })
  const models = new ScriptedModels().put('bad', 1, { ...twice(), broken }).put('good', 1, twice())
  const server = await modelServer(t, models)
  const problem = await problemOf(await server.score('bad', { rows }))
  assert.deepEqual([problem.status, problem.code], [503, 'HR_MODEL_DAMAGED'])
  assert.doesNotMatch(problem.detail, /secret/)
  assert.match(models.notices.join(), /"bad" cannot serve.*sha256/)
  assert.equal((await server.score('good', { rows })).status, 200)
})

test('a full queue is said at once, with when to come again', async t => {
  const { scoreQueueRows } = limits
  setLimits({ scoreQueueRows: 2 })
  t.after(() => setLimits({ scoreQueueRows }))
  const models = new ScriptedModels().put('twice', 1, twice())
  const { promise, resolve } = Promise.withResolvers<void>()
  models.gate = promise
  const server = await modelServer(t, models)
  const first = server.score('twice', { rows })
  await until(() => models.runs.length === 1)
  const second = server.score('twice', { rows })
  await until(async () => (await server.models.of('twice')).waitingRows === 2)
  const third = await server.score('twice', { rows })
  assert.deepEqual([third.status, third.headers.get('retry-after')], [503, '1'])
  assert.equal((await problemOf(third)).code, 'HR_SERVER_BUSY')
  resolve()
  assert.deepEqual([(await first).status, (await second).status], [200, 200])
})

test('a server that drains answers what waits to be scored', async t => {
  const models = new ScriptedModels().put('twice', 1, twice())
  const { promise, resolve } = Promise.withResolvers<void>()
  models.gate = promise
  const server = await modelServer(t, models, { serving: { batchRows: 2 } })
  const asked = Array.from({ length: 6 }, (_, x) => server.score('twice', { rows: [{ x }] }))
  await until(async () => {
    const { waitingRows } = await server.models.of('twice')
    return models.runs.length === 1 && waitingRows + models.runs[0].rows === asked.length
  })
  const drained = server.drain()
  resolve()
  const answers = await Promise.all(asked.map(async one => resultsOf(await one)))
  assert.deepEqual(
    answers.map(([{ outputs }]) => outputs?.y),
    [0, 2, 4, 6, 8, 10],
  )
  await drained
  await server.models.close()
  assert.deepEqual(models.loaded, [])
})
