import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MemoryStores } from '../../connectors/memory/stores.ts'
import { double, features, long, nullable, string } from '../../engine/index.ts'
import { limits } from '../../engine/limits.ts'
import { ManualClock } from '../../engine/time/clock.ts'
import type { FeatureClientOptions } from '../../features/index.ts'
import { FeatureClient } from '../../features/index.ts'
import { assertProperty } from '../support/property.ts'

const stats = features('user-stats', {
  entity: 'user',
  ttl: '1m',
  fields: { clicks: long(), spend: nullable(double()), city: string() },
})
const newStats = features('user-stats', { entity: 'user', version: 2, fields: { clicks: long() } })

/** A client at a minute and a half since 1970. */
function open(options: Partial<FeatureClientOptions> = {}) {
  const clock = new ManualClock(90_000)
  const store = new MemoryStores(clock)
  const asked: string[] = []
  store.onLookup = entities => {
    asked.push(entities.join())
  }
  return { clock, store, asked, client: FeatureClient.open({ store, clock, ...options }) }
}

test('each value comes with its age: ok, stale, expired and missing ones are told apart', async () => {
  const { client, store } = open()
  store.fill(stats, [{ user: 'ann', clicks: 3, spend: null }], 80_000)
  store.fill(stats, [{ user: 'ann', city: 'Bern' }], 29_999)
  store.fill(stats, [{ user: 7, clicks: 1 }], 95_000)
  const rows = await client.get(stats, ['ann', 'bob', 7], undefined, { maxAge: '9s' })
  const missing = { state: 'missing', value: null, time: null, ageMs: null }
  assert.deepEqual(rows, [
    {
      clicks: { state: 'stale', value: 3, time: 80_000, ageMs: 10_000 },
      spend: { state: 'stale', value: null, time: 80_000, ageMs: 10_000 },
      city: { state: 'expired', value: null, time: 29_999, ageMs: 60_001 },
    },
    { clicks: missing, spend: missing, city: missing },
    {
      clicks: { state: 'ok', value: 1, time: 95_000, ageMs: 0 },
      spend: missing,
      city: missing,
    },
  ])
  const [{ clicks }] = await client.get(stats, ['ann'], ['clicks'])
  assert.deepEqual(clicks, { state: 'ok', value: 3, time: 80_000, ageMs: 10_000 })
  assert.deepEqual(await client.get(stats, []), [])
})

test('the default of maxAge is that of the client', async () => {
  const { client, store } = open({ maxAge: '5s' })
  store.fill(stats, [{ user: 'ann', clicks: 3 }], 80_000)
  const states = async (maxAge?: '10s') =>
    (await client.get(stats, ['ann'], ['clicks'], { ...(maxAge && { maxAge }) }))[0].clicks.state
  assert.deepEqual([await states(), await states('10s')], ['stale', 'ok'])
})

test('many entities are one request to the store', async () => {
  const { client, store, asked } = open()
  store.fill(stats, [{ user: '1', clicks: 3 }], 80_000)
  const many = Array.from({ length: 500 }, (_, index) => String(index))
  await client.get(stats, many)
  assert.deepEqual(asked, [many.join()])
})

test('more entities than are asked for at a time are more requests', async () => {
  const { client, store, asked } = open()
  store.fill(stats, [{ user: String(limits.lookupEntities), clicks: 3 }], 80_000)
  const many = Array.from({ length: limits.lookupEntities + 1 }, (_, index) => String(index))
  const rows = await client.get(stats, many, ['clicks'])
  assert.deepEqual(
    asked.map(entities => entities.split(',').length),
    [limits.lookupEntities, 1],
  )
  assert.equal(rows.at(-1)?.clicks.value, 3)
})

test('a program reads the version that it has, a read by name the promoted one', async () => {
  const { client, clock, store } = open()
  store.fill(stats, [{ user: 'ann', clicks: 1 }], 80_000)
  store.fill(newStats, [{ user: 'ann', clicks: 2 }], 80_000)
  const byName = async (version?: number) => {
    const answer = await client.read({ view: 'user-stats', version, entities: ['ann'] })
    return [answer.version, answer.fields, answer.rows[0][0].value]
  }
  const both = [[1, ['clicks', 'spend', 'city'], 1] as const, [2, ['clicks'], 2] as const]
  assert.deepEqual([await byName(), await byName(2)], both)
  await store.promote('user-stats', 2)
  clock.advance(limits.viewKnownMs)
  assert.deepEqual(await byName(), both[1])
  assert.equal((await client.get(stats, ['ann']))[0].clicks.value, 1)
  assert.equal((await client.get(newStats, ['ann']))[0].clicks.value, 2)
})

test('views and fields that are not there, or in another shape, are refused', async () => {
  const { client, store } = open()
  await assert.rejects(client.get(stats, ['ann']), /HR_VIEW_UNKNOWN: there is no feature view "user-stats"/)
  store.fill(stats, [{ user: 'ann', clicks: 1 }], 80_000)
  await client.get(stats, ['ann'])
  const other = features('user-stats', { entity: 'user', ttl: '1m', fields: { clicks: double() } })
  await assert.rejects(client.get(other, ['ann']), /HR_VIEW_CHANGED: version 1 of feature view "user-stats"/)
  await assert.rejects(client.get(stats, ['ann'], ['age' as 'city']), /HR_VIEW_UNKNOWN: .*no field "age"/)
  const fields = ['clicks', 'age']
  const unknown = client.read({ view: 'user-stats', entities: ['ann'], fields })
  await assert.rejects(unknown, /HR_VIEW_UNKNOWN: .*no field "age"/)
})

test('a store that does not answer in time is an error that may pass', async () => {
  const { client, clock, store } = open({ timeout: '50ms' })
  store.fill(stats, [{ user: 'ann', clicks: 1 }], 80_000)
  await client.get(stats, ['ann'])
  store.onLookup = () => new Promise<void>(() => {})
  const late = client.get(stats, ['ann'])
  const refused = assert.rejects(late, { code: 'HR_STORE_TIMEOUT', retryable: true })
  await new Promise(setImmediate)
  clock.advance(50)
  await refused
})

test('a cache answers for its time; what is known to be missing is remembered, and values still expire', async () => {
  const { client, clock, store, asked } = open({ cache: { entries: 10, ttl: '2s' } })
  store.fill(stats, [{ user: 'ann', clicks: 1 }], 31_000)
  const clicks = async () =>
    (await client.get(stats, ['ann', 'bob', 'ann'], ['clicks'])).map(row => row.clicks.state)
  assert.deepEqual(await clicks(), ['ok', 'missing', 'ok'])
  clock.advance(1999)
  assert.deepEqual(await clicks(), ['expired', 'missing', 'expired'])
  assert.deepEqual(asked, ['ann,bob'])
  clock.advance(1)
  store.fill(stats, [{ user: 'ann', clicks: 2 }], 91_000)
  assert.deepEqual(await clicks(), ['ok', 'missing', 'ok'])
  assert.deepEqual(asked, ['ann,bob', 'ann,bob'])
})

test('a cache shares what is under way, failures too, and remembers none of these', async () => {
  const { client, store, asked } = open({ cache: { entries: 10, ttl: '2s' } })
  store.fill(stats, [{ user: 'ann', clicks: 1 }], 80_000)
  await client.get(stats, ['zoe'])
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const count = asked.length
  store.onLookup = entities => {
    asked.push(entities.join())
    return promise
  }
  const both = [client.get(stats, ['ann', 'bob']), client.get(stats, ['bob', 'eve'])]
  await new Promise(setImmediate)
  assert.deepEqual(asked.slice(count), ['ann,bob', 'eve'])
  reject(new Error('gone'))
  for (const read of both) await assert.rejects(read, /gone/)
  resolve()
  store.onLookup = undefined
  assert.equal((await client.get(stats, ['ann']))[0].clicks.value, 1)
})

test('a cache changes nothing while the view stands still, however small it is', async () => {
  const users = ['a', 'b', 'c', 'd', 'e'] as const
  const reads = fc.array(
    fc.record({
      entities: fc.array(fc.constantFrom(...users), { maxLength: 6 }),
      fields: fc.subarray(['clicks', 'city'] as const, { minLength: 1 }),
      waits: fc.nat(1500),
    }),
    { maxLength: 12 },
  )
  const property = fc.asyncProperty(reads, fc.integer({ min: 1, max: 4 }), async (sequence, entries) => {
    const { client, store, clock } = open({ cache: { entries, ttl: '2s' } })
    for (const [index, user] of users.entries()) store.fill(stats, [{ user, clicks: index }], 85_000 + index)
    const plain = FeatureClient.open({ store, clock })
    for (const { entities, fields, waits } of sequence) {
      const [cached, direct] = [client, plain].map(reader => reader.get(stats, entities, fields))
      assert.deepEqual(await cached, await direct)
      clock.advance(waits)
    }
  })
  await assertProperty(property, 60)
})
