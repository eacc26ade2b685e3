import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entityKey } from '../../../connectors/redis/keys.ts'
import { numbersView, place, redisFeatures } from '../../support/redis-view.ts'
import '../../support/services/redis-8.ts'
import { redis, redisClient, redisServer, uniquePrefix } from '../../support/services/redis.ts'
import { until } from '../../support/services/until.ts'
import { writeRows } from '../../support/written-rows.ts'

const url = await redis()

test('each field lives as long as its own event time allows, and is told as expired before it is gone', async t => {
  const keyPrefix = uniquePrefix()
  const store = redisFeatures(t, { url, keyPrefix })
  const ttl = 600
  const { view, schema } = numbersView(ttl)
  const writer = await store.openWriter(view, schema, place)
  const now = Date.now()
  await writeRows(writer, schema, [
    { user: 'ann', time: now, a: 1, b: 1 },
    { user: 'old', time: now - 3 * ttl, a: 1, b: 1 },
    { user: 'future', time: now + 3_600_000, a: 1, b: 1 },
  ])
  const states = async (user: string) => {
    const { rows } = await store.get({ view: view.name, entities: [user] })
    return rows[0].map(({ state }) => state)
  }
  assert.deepEqual(await states('old'), ['missing', 'missing'])
  const client = redisClient(t, url)
  const key = entityKey(keyPrefix, view, 'ann')
  const till = await client.call('HPEXPIRETIME', key, 'FIELDS', '2', 'a', 'b')
  assert.deepEqual(till, [now + 2 * ttl, now + 2 * ttl])
  await until('expired values', async () => (await states('ann')).join() === 'expired,expired')
  await until('values that are gone', async () => (await states('ann')).join() === 'missing,missing')
  assert.equal(await client.exists(key), 0)
  assert.deepEqual(await states('future'), ['ok', 'ok'])
})

test('a newer value that has expired when it arrives takes the older one with it', async t => {
  const store = redisFeatures(t, { url, keyPrefix: uniquePrefix() })
  const { view, schema } = numbersView(100)
  const writer = await store.openWriter(view, schema, place)
  const old = Date.now() - 10_000
  await writeRows(writer, schema, [{ user: 'ann', time: old, a: 1, b: 1 }])
  await writeRows(writer, schema, [{ user: 'ann', time: old + 1, a: 2, b: 2 }])
  const { rows } = await store.get({ view: view.name, entities: ['ann'] })
  assert.deepEqual(
    rows[0].map(({ state }) => state),
    ['missing', 'missing'],
  )
})

test('where Redis can only let fields expire behind their write, as 7.4 does, it comes to the same', async t => {
  const server = await redisServer(t, { lines: ['rename-command HSETEX ""'] })
  const store = redisFeatures(t, { url: server.url })
  const { view, schema } = numbersView('1h')
  const writer = await store.openWriter(view, schema, place)
  const now = Date.now()
  await writeRows(writer, schema, [{ user: 'ann', time: now, a: 1, b: 1 }])
  const key = entityKey('headrace:', view, 'ann')
  const till = await server.ask(client => client.call('HPEXPIRETIME', key, 'FIELDS', '2', 'a', 'b'))
  assert.deepEqual(till, [now + 7_200_000, now + 7_200_000])
})

test('a Redis that cannot let fields expire says so, and takes what expires by entity', async t => {
  const server = await redisServer(t, { lines: ['rename-command HSETEX ""', 'rename-command HPEXPIREAT ""'] })
  const { view, schema } = numbersView('1h')
  const store = redisFeatures(t, { url: server.url })
  await assert.rejects(
    store.openWriter(view, schema, place),
    /HR_STORE_TOO_OLD: Redis at 127.0.0.1:\d+ cannot let fields expire by themselves, as feature view "numbers-.*job a-job/,
  )
  const byKey = redisFeatures(t, { url: server.url, expiry: 'key' })
  const writer = await byKey.openWriter(view, schema, place)
  const now = Date.now()
  await writeRows(writer, schema, [
    { user: 'ann', time: now + 5, a: 1, b: 1 },
    { user: 'ann', time: now, a: 2, b: 2 },
  ])
  const key = entityKey('headrace:', view, 'ann')
  const till = await server.ask(client => client.call('PEXPIRETIME', key))
  assert.equal(till, now + 5 + 7_200_000)
})
