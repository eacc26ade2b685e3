import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryStores } from '../../connectors/memory/stores.ts'
import { double, features, int, long, nullable, string } from '../../engine/index.ts'
import { ManualClock } from '../../engine/time/clock.ts'
import { FeatureClient, onDemand } from '../../features/index.ts'

const stats = features('user-stats', {
  entity: 'user',
  ttl: '1m',
  fields: { clicks: long(), spend: nullable(double()) },
})
const ratio = onDemand(
  'ratio',
  {
    view: stats,
    needs: ['spend', 'clicks'],
    request: { amount: double() },
    defaults: { clicks: 1 },
    result: nullable(double()),
  },
  ({ features: { spend, clicks }, request }) => (spend === null ? null : (request.amount * clicks) / spend),
)

function open() {
  const clock = new ManualClock(90_000)
  const store = new MemoryStores(clock)
  return { store, client: FeatureClient.open({ store, clock, onDemand: [ratio] }) }
}

test('it is computed of stored fields and of the request, and is as old as the oldest of them', async () => {
  const { client, store } = open()
  store.fill(stats, [{ user: 'ann', clicks: 3 }], 80_000)
  store.fill(stats, [{ user: 'ann', spend: 20 }], 70_000)
  const [row] = await client.get(stats, ['ann'], [ratio], { request: { amount: 10 }, maxAge: '15s' })
  assert.deepEqual(row, { ratio: { state: 'stale', value: 1.5, time: 70_000, ageMs: 20_000 } })
})

test('where a field has no value there is none of it either, unless it has a default', async () => {
  const { client, store } = open()
  store.fill(
    stats,
    [
      { user: 'new', spend: 4 },
      { user: 'null', spend: null },
    ],
    80_000,
  )
  store.fill(stats, [{ user: 'old', spend: 4 }], 20_000)
  const rows = await client.get(stats, ['new', 'old', 'nobody', 'null'], ['clicks', ratio], {
    request: { amount: 10 },
  })
  assert.deepEqual(
    rows.map(row => [row.clicks.state, row.ratio.state, row.ratio.value]),
    [
      ['missing', 'ok', 2.5],
      ['missing', 'expired', null],
      ['missing', 'missing', null],
      ['missing', 'ok', null],
    ],
  )
})

test('each entity may have request values of its own', async () => {
  const { client, store } = open()
  store.fill(
    stats,
    [
      { user: 'ann', spend: 4 },
      { user: 'bob', spend: 2 },
    ],
    80_000,
  )
  const request = [{ amount: 1 }, { amount: 3 }]
  const rows = await client.get(stats, ['ann', 'bob'], [ratio], { request })
  assert.deepEqual(
    rows.map(row => row.ratio.value),
    [0.25, 1.5],
  )
  const wrong = client.get(stats, ['ann'], [ratio], { request })
  await assert.rejects(wrong, /HR_FEATURE_REQUEST: 2 objects of request values for 1 entities/)
})

test('a read by names knows the features that the client was given', async () => {
  const { client, store } = open()
  store.fill(stats, [{ user: 'ann', clicks: 2, spend: 4 }], 80_000)
  const read = { view: 'user-stats', entities: ['ann'], fields: ['ratio', 'clicks'] }
  const answer = await client.read({ ...read, request: { amount: 8 } })
  assert.deepEqual(answer, {
    view: 'user-stats',
    version: 1,
    fields: ['ratio', 'clicks'],
    rows: [
      [
        { state: 'ok', value: 4, time: 80_000, ageMs: 10_000 },
        { state: 'ok', value: 2, time: 80_000, ageMs: 10_000 },
      ],
    ],
  })
  for (const request of [undefined, {}, { amount: '8' }]) {
    await assert.rejects(
      client.read({ ...read, request }),
      /HR_FEATURE_REQUEST: feature "ratio" needs "amount"/,
    )
  }
})

test('a function that throws, or gives another type, fails the read with the name of its feature', async () => {
  const { client, store } = open()
  store.fill(stats, [{ user: 'ann', clicks: 2 }], 80_000)
  const options = { view: stats, needs: ['clicks'], result: int() } as const
  const throwing = onDemand('throwing', options, () => {
    throw new Error('broken')
  })
  const broken = onDemand('half', options, ({ features: { clicks } }) => clicks / 4)
  const read = (feature: typeof throwing | typeof broken) => client.get(stats, ['ann'], [feature])
  await assert.rejects(
    read(throwing),
    /HR_FEATURE_COMPUTED: the function of feature "throwing" threw: broken/,
  )
  await assert.rejects(read(broken), /HR_FEATURE_COMPUTED: feature "half" gave 0.5, which is no int/)
})

test('a definition that cannot work is refused', () => {
  const define = (name: string, options: object) => () =>
    onDemand(name, { view: stats, needs: ['clicks'], result: string(), ...options }, () => '')
  assert.throws(define('clicks', {}), /HR_CONFIG_INVALID: feature "clicks": user-stats has a column of that/)
  assert.throws(define('user', {}), /HR_CONFIG_INVALID: feature "user": user-stats has a column of that/)
  assert.throws(define('x', { needs: [] }), /HR_CONFIG_INVALID: feature "x": it needs no field/)
  assert.throws(define('x', { needs: ['age'] }), /HR_CONFIG_INVALID: .* has no field "age"/)
  assert.throws(define('x', { defaults: { spend: 1 } }), /HR_CONFIG_INVALID: .* default for "spend"/)
  assert.throws(define('x', { defaults: { clicks: 0.5 } }), /HR_CONFIG_INVALID: .* does not fit/)
})
