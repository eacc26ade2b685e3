import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import type { RedisOptions } from '../../../connectors/redis/config.ts'
import { limits, setLimits } from '../../../engine/limits.ts'
import { numbersView, place, redisFeatures } from '../../support/redis-view.ts'
import { CertificateAuthority } from '../../support/services/kafka/certificates.ts'
import { redisServer } from '../../support/services/redis.ts'
import { writeRows } from '../../support/written-rows.ts'

const password = 'open sesame'
const user = 'user alice on ">p@ss:word" ~headrace:* +@all'

test('TLS, a password and ACL users: who is let in writes, who is not learns why, and no secret is told', async t => {
  const authority = new CertificateAuthority('Headrace tests')
  const server = await redisServer(t, { password, tls: authority.issue('localhost'), lines: [user] })
  const tls = { host: '127.0.0.1', port: server.tlsPort, tls: { ca: authority.cert } }
  const good: readonly RedisOptions[] = [
    { ...tls, password },
    { ...tls, username: 'alice', password: 'p@ss:word' },
    { url: `rediss://alice:p%40ss%3Aword@127.0.0.1:${server.tlsPort}/0`, tls: { ca: authority.cert } },
    { url: `redis://:${encodeURIComponent(password)}@127.0.0.1:${server.port}` },
  ]
  for (const options of good) {
    const store = redisFeatures(t, options)
    const { view, schema } = numbersView()
    const writer = await store.openWriter(view, schema, place)
    await writeRows(writer, schema, [{ user: 'ann', time: 1, a: 1, b: 1 }])
    assert.equal((await store.get({ view: view.name, entities: ['ann'] })).rows[0][0].value, 1)
  }
  const bad: readonly (readonly [RedisOptions, RegExp])[] = [
    [{ ...tls, password: 'wrong secret' }, /WRONGPASS/],
    [{ ...tls }, /NOAUTH/],
    [{ ...tls, username: 'bob', password: 'wrong secret' }, /WRONGPASS/],
    [{ ...tls, username: 'alice', password: 'p@ss:word', keyPrefix: 'other:' }, /permissions|NOPERM/],
    [{ ...tls, password, tls: true }, /certificate/],
  ]
  for (const [options, reason] of bad) {
    const { view, schema } = numbersView()
    await assert.rejects(redisFeatures(t, options).openWriter(view, schema, place), (error: Error) => {
      assert.match(error.message, /^HR_STORE_AUTH: Redis at 127.0.0.1:\d+: /)
      assert.match(error.message, reason)
      assert.doesNotMatch(inspect(error, { depth: 10 }), /wrong secret|sesame|p@ss/)
      return true
    })
  }
})

test('a read-only replica and a server without memory are errors of their own, when they stay so', async t => {
  const before = { ...limits }
  t.after(() => setLimits(before))
  setLimits({ storeOpenMs: 200, storeRetryMs: 200 })
  const master = await redisServer(t)
  const replica = await redisServer(t, { lines: [`replicaof 127.0.0.1 ${master.port}`] })
  const { view, schema } = numbersView()
  await assert.rejects(
    redisFeatures(t, { url: replica.url }).openWriter(view, schema, place),
    /HR_STORE_REFUSED: .*READONLY/,
  )
  const store = redisFeatures(t, { url: master.url })
  const writer = await store.openWriter(view, schema, place)
  await master.ask(client => client.config('SET', 'maxmemory', '1'))
  await assert.rejects(
    writeRows(writer, schema, [{ user: 'ann', time: 1, a: 1, b: 1 }]),
    /HR_STORE_REFUSED: .*OOM/,
  )
})
