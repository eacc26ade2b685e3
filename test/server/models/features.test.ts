import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bigint, double, int, long, string } from '../../../engine/batch/schema.ts'
import { features } from '../../../engine/stores/feature-view.ts'
import { modelServer, resultsOf } from '../../support/model-server.ts'
import { ScriptedFeatures } from '../../support/scripted-features.ts'
import { ScriptedModels } from '../../support/scripted-models.ts'
import { bearer, problemOf, tokens } from '../../support/test-server.ts'

const users = features('user-stats', {
  entity: 'user',
  fields: { clicks: int(), total: bigint(), tier: string() },
})

const MINUTE = 60_000

function store(): ScriptedFeatures {
  const store = new ScriptedFeatures(users)
  const ok = (value: unknown, minutes = 1) => ({
    state: 'ok' as const,
    value,
    time: Date.now() - minutes * MINUTE,
  })
  store.put(users, 'u1', { clicks: ok(3), total: ok(40n), tier: ok('gold') })
  store.put(users, 'u2', { clicks: ok(5, 60), total: ok(7n), tier: ok('basic') })
  store.put(users, 'u3', { clicks: { state: 'expired', value: undefined, time: 1 }, total: ok(1n) })
  return store
}

/** Its sum is that of its inputs. */
const sums = () =>
  new ScriptedModels().put('sums', 1, {
    inputs: { amount: double(), clicks: int(), total: long() },
    outputs: { sum: double() },
    score: ({ amount, clicks, total }) => ({ sum: Number(amount) + Number(clicks) + Number(total) }),
  })

const rows = [{ amount: 100 }, { amount: 200 }, { amount: 300 }, { amount: 400 }]
const entities = ['u1', 'u2', 'u3', 'nobody']

test('what the rows do not have is read from the view', async t => {
  const server = await modelServer(t, sums(), { store: store() })
  const ask = { rows: rows.slice(0, 2), features: { view: 'user-stats', entities: ['u1', 'u2'] } }
  assert.deepEqual(await resultsOf(await server.score('sums', ask)), [
    { outputs: { sum: 143 }, modelVersion: 1, fallback: null },
    { outputs: { sum: 212 }, modelVersion: 1, fallback: null },
  ])
})

test('inputs under other names than the fields, and no rows at all', async t => {
  const models = new ScriptedModels().put('tiers', 1, {
    inputs: { level: string(), count: int() },
    outputs: { text: string() },
    score: ({ level, count }) => ({ text: `${level} ${count}` }),
  })
  const server = await modelServer(t, models, { store: store() })
  const fields = { level: 'tier', count: 'clicks' }
  const ask = { features: { view: 'user-stats', entities: ['u2', 'u1'], fields } }
  const results = await resultsOf(await server.score('tiers', ask))
  assert.deepEqual(
    results.map(({ outputs }) => outputs?.text),
    ['basic 5', 'gold 3'],
  )
})

test('features that are missing, expired or stale: refused, skipped or answered by the fallback', async t => {
  const models = sums()
  const server = await modelServer(t, models, { store: store() })
  const ask = { rows, features: { view: 'user-stats', entities, maxAge: '10m' } }
  const refused = await problemOf(await server.score('sums', ask))
  assert.deepEqual([refused.status, refused.code], [422, 'HR_MODEL_INPUT'])
  assert.equal(refused.detail, 'row 1 has no value for clicks: it is stale')
  assert.equal(models.runs.length, 0)
  const skipped = await resultsOf(await server.score('sums', { ...ask, onMissing: 'skip' }))
  assert.deepEqual(
    skipped.map(({ outputs, missing }) => [outputs, missing]),
    [
      [{ sum: 143 }, undefined],
      [null, { clicks: 'stale' }],
      [null, { clicks: 'expired' }],
      [null, { clicks: 'missing', total: 'missing' }],
    ],
  )
  const fallback = { sum: 0 }
  const answered = await resultsOf(await server.score('sums', { ...ask, onMissing: 'fallback', fallback }))
  assert.deepEqual(
    answered.map(one => [one.outputs?.sum, one.modelVersion, one.fallback]),
    [
      [143, 1, null],
      [0, null, 'missing'],
      [0, null, 'missing'],
      [0, null, 'missing'],
    ],
  )
})

test('what was read comes with states and ages where it is asked for', async t => {
  const server = await modelServer(t, sums(), { store: store() })
  const ask = { rows: rows.slice(0, 1), features: { view: 'user-stats', entities: ['u2'], ages: true } }
  const [{ features: read }] = await resultsOf(await server.score('sums', ask))
  const { clicks, total } = read!
  assert.deepEqual([clicks.state, clicks.value, total.state, total.value], ['ok', 5, 'ok', '7'])
  assert.ok(clicks.ageMs >= 60 * MINUTE && clicks.ageMs < 61 * MINUTE)
})

test('requests for features that cannot be', async t => {
  const models = sums()
  const server = await modelServer(t, models, { store: store() })
  const view = 'user-stats'
  for (const [body, status, detail] of [
    [{ rows, features: { view, entities: ['u1'] } }, 400, /4 rows and 1 entities/],
    [{ rows, features: { view, entities, fields: { amount: 'clicks' } } }, 400, /fields\/amount is no input/],
    [
      { rows, features: { view, entities, fields: { clicks: 'tier' } } },
      400,
      /tier of u1 .* has to be a whole/,
    ],
    [
      { rows: [{ amount: 1, clicks: 1, total: 1 }], features: { view, entities: ['u1'] } },
      400,
      /no features/,
    ],
    [{ rows: [{ amount: 1, age: 1 }], features: { view, entities: ['u1'] } }, 400, /^age is no input/],
    [{ features: { view, entities: ['u1'] } }, 404, /amount/],
    [{ rows, features: { view: 'nobody-stats', entities } }, 404, /nobody-stats/],
    [{ rows, features: { view, entities, version: 9 } }, 404, /version 9/],
    [{ rows, features: { view } }, 400, /entities/],
  ] as const) {
    const problem = await problemOf(await server.score('sums', body))
    assert.equal(problem.status, status, JSON.stringify(body))
    assert.match(problem.detail, detail)
  }
  assert.equal(models.runs.length, 0)
})

test('a score tells of features: it needs the right to read them', async t => {
  const scopes = { scorer: ['score:sums'], both: ['score:sums', 'read:user-stats'] }
  const server = await modelServer(t, sums(), { store: store(), server: { tokens: tokens(scopes) } })
  const ask = { rows: rows.slice(0, 1), features: { view: 'user-stats', entities: ['u1'] } }
  const refused = await problemOf(await server.score('sums', ask, bearer('scorer')))
  assert.deepEqual([refused.status, refused.code], [403, 'HR_SCOPE_MISSING'])
  assert.match(refused.detail, /read:user-stats/)
  assert.equal((await server.score('sums', ask, bearer('both'))).status, 200)
})

test('a store that is away fails only those who ask for features', async t => {
  const away = store()
  const server = await modelServer(t, sums(), { store: away })
  const { promise } = Promise.withResolvers<void>()
  away.gate = promise
  const full = { rows: [{ amount: 1, clicks: 2, total: 3 }] }
  const [{ outputs }] = await resultsOf(await server.score('sums', full))
  assert.deepEqual(outputs, { sum: 6 })
  assert.equal((await fetch(`${server.url}/health/ready`)).status, 200)
})
