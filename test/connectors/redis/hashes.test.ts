import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { MemoryStores } from '../../../connectors/memory/stores.ts'
import type { RedisOptions } from '../../../connectors/redis/config.ts'
import { RedisHashes } from '../../../connectors/redis/hashes.ts'
import { hash, int, string } from '../../../engine/index.ts'
import { limits } from '../../../engine/limits.ts'
import { hashSpec } from '../../../engine/stores/hash.ts'
import { joinStores } from '../../../engine/stores/join-stores.ts'
import { StepLookup } from '../../../engine/stores/step-lookup.ts'
import { systemClock } from '../../../engine/time/clock.ts'
import { redis, redisClient, redisCluster, redisServer } from '../../support/services/redis.ts'
import { until } from '../../support/services/until.ts'

const fields = { country: string(), visits: int({ min: 0 }) }
const place = { job: 'a-job', step: 'users' }

interface Lookup {
  readonly lookup: StepLookup
  readonly notices: string[]
}

/** What a step of a job does, on a real server. */
async function lookupIn(t: TestContext, key: string, options: RedisOptions): Promise<Lookup> {
  const notices: string[] = []
  const notify = (message: string) => notices.push(message)
  const others = new MemoryStores()
  const hashes = new RedisHashes(options, notify)
  const stores = joinStores({ features: others, series: others.seriesStore, hashes, notify })
  t.after(() => stores.close())
  const asked = { fields: Object.keys(fields), timeoutMs: 100, cache: null }
  const lookup = new StepLookup(hashSpec(hash(key, { fields })), asked, place, stores, systemClock)
  await lookup.open()
  return { lookup, notices }
}

test('what others have written is read as the fields have it; what does not fit says why', async t => {
  const url = await redis()
  const own = randomUUID()
  const key = (user: string) => `${own}:${user}:profile`
  const client = redisClient(t, url)
  await client.hset(key('ann'), { country: 'Österreich', visits: 3, age: 40 })
  await client.hincrby(key('bob'), 'visits', 7)
  await client.hset(key('eve'), { country: 'CH', visits: -1 })
  await client.hset(key('fay'), { country: Buffer.from([0xff, 0x41]) })
  await client.set(key('gus'), 'no hash')
  const { lookup } = await lookupIn(t, `${own}:{}:profile`, { url, keyPrefix: 'not-for-these:' })
  const found = await lookup.get(['gus', 'ann', 'none', 'bob', 'eve', 'fay', 'ann'])
  const ann = { country: 'Österreich', visits: 3 }
  assert.deepEqual(
    found.map(one => one?.values),
    [{}, ann, undefined, { visits: 7 }, {}, {}, ann],
  )
  assert.deepEqual(
    found.map(one => one?.wrong),
    [
      `the key "${key('gus')}" holds no hash`,
      undefined,
      undefined,
      undefined,
      `the hash "${key('eve')}": the value of "visits" does not fit int: '-1'`,
      `the hash "${key('fay')}": the value of "country" does not fit string: '\ufffdA'`,
      undefined,
    ],
  )
})

test('entities all over a cluster are looked up at once', async t => {
  const cluster = await redisCluster(t)
  const names = Array.from({ length: limits.lookupEntities + 100 }, (_, index) => `u${index}`)
  const writer = new RedisHashes({ cluster: cluster.nodes })
  t.after(() => writer.close())
  await writer.write(names.map((name, visits) => ({ key: `user:${name}`, fields: { visits: `${visits}` } })))
  const { lookup } = await lookupIn(t, 'user:{}', { cluster: cluster.nodes.slice(0, 1) })
  assert.deepEqual(
    (await lookup.get(names)).map(one => one?.values.visits),
    names.map((_, visits) => visits),
  )
  assert.equal(lookup.counters.asked, names.length)
})

test('look-ups wait for a server that is killed and comes back', async t => {
  const server = await redisServer(t)
  const { lookup, notices } = await lookupIn(t, 'user:{}', { url: server.url })
  const fill = () => server.ask(client => client.hset('user:ann', { country: 'CH', visits: 1 }))
  await fill()
  assert.equal((await lookup.get(['ann']))[0]?.values.country, 'CH')
  await server.kill()
  const answer = lookup.get(['ann'])
  await until('a notice', () => notices.some(notice => /look-ups .* are tried again/.test(notice)))
  await server.start()
  await fill()
  assert.deepEqual((await answer)[0]?.values, { country: 'CH', visits: 1 })
  assert.match(notices.at(-1) ?? '', /^look-ups of "users" in hash "user:\{\}" are answered again$/)
  assert.ok(lookup.counters.failed > 0)
  assert.equal(lookup.counters.asked, 2)
})

test('a server that gives no answer is asked again', async t => {
  const server = await redisServer(t)
  const { lookup, notices } = await lookupIn(t, 'user:{}', { url: server.url })
  assert.deepEqual(await lookup.get(['ann']), [undefined])
  server.pause()
  const answers: Promise<unknown>[] = []
  await until('a notice', () => {
    // The first ones may still find it awake.
    answers.push(lookup.get(['ann', 'bob']))
    return notices.some(notice => /gave no answer within 100 ms/.test(notice))
  })
  server.resume()
  assert.deepEqual(
    await Promise.all(answers),
    answers.map(() => [undefined, undefined]),
  )
})

test('who may not read the hashes learns that at once, by its code', async t => {
  const lines = ['user alice on >secret ~others:* +@all']
  const server = await redisServer(t, { lines })
  const options = { url: server.url, username: 'alice', password: 'secret' }
  const { lookup } = await lookupIn(t, 'user:{}', options)
  await assert.rejects(lookup.get(['ann']), /HR_STORE_AUTH: Redis at 127.0.0.1:\d+: .*permission/)
})
