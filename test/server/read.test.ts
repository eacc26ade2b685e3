import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tableFromIPC } from 'apache-arrow'
import { bigint, decimal, int, nullable, oneOf, string, vector } from '../../engine/batch/schema.ts'
import { features } from '../../engine/stores/feature-view.ts'
import { featureServer } from '../support/feature-server.ts'
import { ScriptedFeatures } from '../support/scripted-features.ts'

const users = features('user-stats', {
  entity: 'user',
  fields: {
    clicks: int({ description: 'in ten seconds', owner: 'web' }),
    total: bigint(),
    spend: decimal(10, 2),
    tier: oneOf('Tier', ['basic', 'gold']),
    taste: vector(3),
    note: nullable(string()),
  },
})

const time = Date.now() - 60_000

function store(): ScriptedFeatures {
  const store = new ScriptedFeatures(users)
  const ok = (value: unknown) => ({ state: 'ok' as const, value, time })
  store.put(users, 'u1', {
    clicks: ok(3),
    total: ok(2n ** 60n),
    spend: ok('12.50'),
    tier: ok('gold'),
    taste: ok(Float32Array.of(0.5, 1, -2)),
    note: ok(null),
  })
  store.put(users, '7', { clicks: { state: 'expired', value: undefined, time }, tier: ok('basic') })
  return store
}

interface Answer {
  readonly view: string
  readonly version: number
  readonly results: readonly {
    readonly entity: string | number
    readonly features: Readonly<
      Record<string, { state: string; value: unknown; time: number; ageMs: number }>
    >
  }[]
}

test('values come with their states, event times and ages, in the order of the entities', async t => {
  const server = await featureServer(t, store())
  const response = await server.read('user-stats', {
    entities: [7, 'u1', 'nobody'],
    fields: ['tier', 'clicks'],
  })
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  const { view, version, results } = (await response.json()) as Answer
  assert.deepEqual([view, version], ['user-stats', 1])
  assert.deepEqual(
    results.map(({ entity }) => entity),
    [7, 'u1', 'nobody'],
  )
  const states = results.map(({ features }) =>
    Object.entries(features).map(([k, v]) => [k, v.state, v.value]),
  )
  assert.deepEqual(states, [
    [
      ['tier', 'ok', 'basic'],
      ['clicks', 'expired', null],
    ],
    [
      ['tier', 'ok', 'gold'],
      ['clicks', 'ok', 3],
    ],
    [
      ['tier', 'missing', null],
      ['clicks', 'missing', null],
    ],
  ])
  const { tier } = results[0].features
  assert.equal(tier.time, time)
  assert.ok(tier.ageMs >= 60_000 && tier.ageMs < 120_000)
  assert.equal(results[2].features.tier.ageMs, null)
})

test('all kinds of values, as JSON has them', async t => {
  const server = await featureServer(t, store())
  const { results } = (await (await server.read('user-stats', { entities: ['u1'] })).json()) as Answer
  const values = Object.entries(results[0].features).map(([field, { value }]) => [field, value])
  assert.deepEqual(Object.fromEntries(values), {
    clicks: 3,
    total: '1152921504606846976',
    spend: '12.50',
    tier: 'gold',
    taste: [0.5, 1, -2],
    note: null,
  })
})

test('what is older than maxAge is stale, and has its value', async t => {
  const server = await featureServer(t, store())
  for (const [maxAge, state] of [
    ['10s', 'stale'],
    [10_000, 'stale'],
    ['1h', 'ok'],
    [0, 'stale'],
  ] as const) {
    const body = { entities: ['u1'], fields: ['clicks'], maxAge }
    const { results } = (await (await server.read('user-stats', body)).json()) as Answer
    assert.deepEqual([results[0].features.clicks.state, results[0].features.clicks.value], [state, 3])
  }
})

test('an Arrow stream has the same', async t => {
  const server = await featureServer(t, store())
  const accept = 'application/vnd.apache.arrow.stream'
  const response = await server.read('user-stats', { entities: ['u1', 7, 'nobody'] }, { accept })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), accept)
  const table = tableFromIPC(new Uint8Array(await response.arrayBuffer()))
  const column = (name: string) => [...table.getChild(name)!]
  assert.deepEqual(column('entity'), ['u1', '7', 'nobody'])
  assert.deepEqual(column('clicks'), [3, null, null])
  assert.deepEqual(column('clicks.state'), ['ok', 'expired', 'missing'])
  assert.deepEqual(column('clicks.time'), [time, time, null])
  assert.deepEqual(column('total'), [2n ** 60n, null, null])
  assert.deepEqual(column('tier'), ['gold', 'basic', null])
  assert.deepEqual(column('spend'), ['12.50', null, null])
  assert.deepEqual([...column('taste')[0]], [0.5, 1, -2])
  const [age, , none] = column('clicks.ageMs')
  assert.ok(age >= 60_000n && age < 120_000n)
  assert.equal(none, null)
})

test('JSON is what is given unless Arrow is preferred', async t => {
  const server = await featureServer(t, store())
  const arrow = 'application/vnd.apache.arrow.stream'
  for (const [accept, isArrow] of [
    ['*/*', false],
    [`application/json, ${arrow};q=0.5`, false],
    [`application/json;q=0.5, ${arrow}`, true],
    [`${arrow};q=0`, false],
  ] as const) {
    const { headers } = await server.read('user-stats', { entities: ['u1'] }, { accept })
    assert.equal(headers.get('content-type') === arrow, isArrow, accept)
  }
})

test('views are listed and shown with their fields', async t => {
  const server = await featureServer(t, store())
  const { views } = (await (await fetch(`${server.url}/v1/features`)).json()) as { views: unknown[] }
  const view = await (await fetch(`${server.url}/v1/features/user-stats`)).json()
  assert.deepEqual(views, [view])
  const { name, promoted, versions } = view as { name: string; promoted: number; versions: object[] }
  assert.deepEqual([name, promoted], ['user-stats', 1])
  const { fields, ...version } = versions[0] as { fields: Record<string, object> }
  assert.deepEqual(version, {
    version: 1,
    entity: 'user',
    ttlMs: null,
    description: null,
    entities: 2,
    newest: 1_700_000_000_000,
  })
  assert.deepEqual(fields.clicks, {
    kind: 'int',
    nullable: false,
    description: 'in ten seconds',
    owner: 'web',
  })
  assert.deepEqual(fields.tier, { kind: 'enum', nullable: false, name: 'Tier', values: ['basic', 'gold'] })
})
