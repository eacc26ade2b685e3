import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits, setLimits } from '../../../engine/limits.ts'
import { numbersView, place, redisFeatures } from '../../support/redis-view.ts'
import { redisCluster, redisServer } from '../../support/services/redis.ts'
import { until } from '../../support/services/until.ts'
import { rowsOf, writeRows } from '../../support/written-rows.ts'

const users = Array.from({ length: 500 }, (_, index) => `user-${index}`)
const batchOf = (round: number) =>
  users.map(user => ({ user, time: round, position: round, a: round, b: round }))

test('a server that is killed and comes back has all that was written meanwhile', async t => {
  const server = await redisServer(t)
  const notices: string[] = []
  const store = redisFeatures(t, { url: server.url }, notice => notices.push(notice))
  const { view, schema } = numbersView()
  const writer = await store.openWriter(view, schema, place)
  await writeRows(writer, schema, batchOf(1))
  await writer.write(rowsOf(schema, batchOf(2)))
  await server.kill()
  await writer.write(rowsOf(schema, batchOf(3)))
  const flushed = writer.flush()
  await until('notice', () => notices.some(notice => notice.includes('does not work at present')))
  await server.start()
  await flushed
  const { rows } = await store.get({ view: view.name, entities: users })
  assert.ok(rows.every(row => row.every(({ value, time }) => value === 3 && time === 3)))
  assert.deepEqual(
    notices.map(notice => notice.replace(/:\d+/g, '').replace(/: .*/, '')),
    ['Redis at 127.0.0.1 does not work at present and is tried again', 'Redis at 127.0.0.1 works again'],
  )
})

test('a server that has lost its scripts is told them again', async t => {
  const server = await redisServer(t)
  const store = redisFeatures(t, { url: server.url })
  const { view, schema } = numbersView()
  const writer = await store.openWriter(view, schema, place)
  await server.ask(client => client.script('FLUSH'))
  await writeRows(writer, schema, batchOf(1))
  const { rows } = await store.get({ view: view.name, entities: users })
  assert.ok(rows.every(row => row.every(({ value }) => value === 1)))
})

test('a node of a cluster that is killed and comes back has all that was written meanwhile', async t => {
  const cluster = await redisCluster(t)
  const store = redisFeatures(t, { cluster: cluster.nodes.slice(0, 1) })
  const { view, schema } = numbersView()
  const writer = await store.openWriter(view, schema, place)
  await writeRows(writer, schema, batchOf(1))
  await cluster.node(2).kill()
  await writer.write(rowsOf(schema, batchOf(2)))
  const flushed = writer.flush()
  await cluster.node(2).start()
  await cluster.agreed()
  await flushed
  const { rows } = await store.get({ view: view.name, entities: users })
  assert.ok(rows.every(row => row.every(({ value, time }) => value === 2 && time === 2)))
})

test('with too much under way the writer asks to wait; what takes too long is an error', async t => {
  const server = await redisServer(t)
  const before = { ...limits }
  t.after(() => setLimits(before))
  setLimits({ redisUnsentBytes: 100_000, storeRequestMs: 200, storeRetryMs: 500 })
  const store = redisFeatures(t, { url: server.url })
  const { view, schema } = numbersView()
  const writer = await store.openWriter(view, schema, place)
  server.pause()
  t.after(() => server.resume())
  const waits = Array.from({ length: 20 }, (_, round) => writer.write(rowsOf(schema, batchOf(round))))
  // 500 rows are between 50 and 100 kB.
  assert.equal(
    waits.findIndex(wait => wait !== undefined),
    1,
  )
  await assert.rejects(
    Promise.all(waits),
    /HR_STORE_UNREACHABLE: Redis at 127.0.0.1:\d+ has not worked for \d+ ms/,
  )
  await assert.rejects(writer.flush(), /HR_STORE_UNREACHABLE/)
})

test('a server that is not there when a job starts is an error soon', async t => {
  const server = await redisServer(t)
  await server.kill()
  const before = { ...limits }
  t.after(() => setLimits(before))
  setLimits({ storeOpenMs: 100 })
  const store = redisFeatures(t, { url: server.url })
  await assert.rejects(store.list(), /HR_STORE_UNREACHABLE: Redis at .*ECONNREFUSED/)
  await server.start()
  assert.deepEqual(await store.list(), [])
})
