import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Redis } from 'ioredis'
import { CertificateAuthority } from './kafka/certificates.ts'
import { redis, redisClient, redisCluster, redisServer, uniquePrefix } from './redis.ts'

test('there is a server for all', async t => {
  const client = redisClient(t, await redis())
  const key = `${uniquePrefix()}here`
  assert.equal(await client.set(key, 'yes'), 'OK')
  assert.equal(await client.del(key), 1)
})

test('a server keeps what it has acknowledged when it is killed', async t => {
  const server = await redisServer(t)
  await server.ask(client => client.set('a', '1'))
  await server.kill()
  await assert.rejects(server.ask(client => client.ping()))
  await server.start()
  assert.equal(await server.ask(client => client.get('a')), '1')
})

test('a server with TLS and a password lets in who knows both', async t => {
  const authority = new CertificateAuthority('Headrace tests')
  const server = await redisServer(t, { password: 'open sesame', tls: authority.issue('localhost') })
  const client = new Redis(server.tlsPort, '127.0.0.1', {
    password: 'open sesame',
    tls: { ca: authority.cert },
  })
  t.after(() => client.disconnect())
  assert.equal(await client.ping(), 'PONG')
})

test('a cluster serves every slot', async t => {
  const cluster = await redisCluster(t)
  assert.equal(cluster.nodes.length, 3)
  const known = await cluster.node(2).ask(client => client.cluster('SHARDS'))
  assert.equal((known as unknown[]).length, 3)
})
