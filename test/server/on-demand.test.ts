import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tableFromIPC } from 'apache-arrow'
import { bigint, double, vector } from '../../engine/batch/schema.ts'
import { features } from '../../engine/stores/feature-view.ts'
import { onDemand } from '../../features/index.ts'
import { featureServer } from '../support/feature-server.ts'
import { ScriptedFeatures } from '../support/scripted-features.ts'

const users = features('user-stats', { entity: 'user', fields: { spend: double(), taste: vector(2) } })

const match = onDemand(
  'match',
  { view: users, needs: ['taste'], request: { item: vector(2) }, result: double() },
  ({ features: { taste }, request: { item } }) => taste[0] * item[0] + taste[1] * item[1],
)

const share = onDemand(
  'share',
  { view: users, needs: ['spend'], request: { cents: bigint() }, result: double() },
  ({ features: { spend }, request: { cents } }) => Number(cents) / 100 / spend,
)

function store(): ScriptedFeatures {
  const store = new ScriptedFeatures(users)
  const ok = (value: unknown) => ({ state: 'ok' as const, value, time: Date.now() - 1000 })
  store.put(users, 'u1', { spend: ok(50), taste: ok(Float32Array.of(1, 2)) })
  store.put(users, 'u2', { spend: ok(100), taste: ok(Float32Array.of(0, 4)) })
  return store
}

interface Answer {
  readonly results: readonly {
    readonly features: Readonly<Record<string, { state: string; value: unknown }>>
  }[]
}

const entities = ['u1', 'u2', 'nobody']

test('features on demand are computed of what the request brings, for all entities or for each', async t => {
  const server = await featureServer(t, store(), {}, [match, share])
  const valuesOf = async (request: unknown) => {
    const response = await server.read('user-stats', { entities, fields: ['match', 'share'], request })
    const { results } = (await response.json()) as Answer
    return results.map(({ features: { match, share } }) => [match.value, share.value])
  }
  assert.deepEqual(await valuesOf({ item: [3, 0.5], cents: '2500' }), [
    [4, 0.5],
    [2, 0.25],
    [null, null],
  ])
  const each = [1, 2, 3].map(item => ({ item: [item, 0], cents: 100 * item }))
  assert.deepEqual(await valuesOf(each), [
    [1, 0.02],
    [0, 0.02],
    [null, null],
  ])
})

test('a request that lacks what they are computed of is refused', async t => {
  const server = await featureServer(t, store(), {}, [match])
  for (const request of [undefined, {}, { item: [1] }, { item: 'all' }, [{ item: [1, 2] }]]) {
    const response = await server.read('user-stats', { entities, fields: ['match'], request })
    const { code } = (await response.json()) as { code: string }
    assert.deepEqual([response.status, code], [400, 'HR_FEATURE_REQUEST'])
  }
})

test('in Arrow they have the type that they say', async t => {
  const server = await featureServer(t, store(), {}, [match])
  const body = { entities, fields: ['match'], request: { item: [1, 1] } }
  const accept = 'application/vnd.apache.arrow.stream'
  const response = await server.read('user-stats', body, { accept })
  const table = tableFromIPC(new Uint8Array(await response.arrayBuffer()))
  assert.deepEqual([...table.getChild('match')!], [3, 4, null])
})
