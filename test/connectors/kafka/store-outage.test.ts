import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { MemoryStores } from '../../../connectors/memory/stores.ts'
import { limits, setLimits } from '../../../engine/limits.ts'
import { joinStores } from '../../../engine/stores/join-stores.ts'
import { KafkaPlace, rows } from '../../support/kafka-place.ts'
import { clicksOf, userTotals } from '../../support/prefixed-jobs.ts'
import { redisFeatures } from '../../support/redis-view.ts'
import { redisServer, uniquePrefix } from '../../support/services/redis.ts'
import { until } from '../../support/services/until.ts'

const TRANSACTION_MS = 1000
const { produceBytes } = limits

/** Of each user the last window, by the records of the topic. */
function newestTotals(output: readonly string[]) {
  const newest = new Map<string, { readonly values: readonly number[]; readonly time: number }>()
  for (const line of output) {
    const [, time, user, value] = /^\d+ (\d+) (user \d+) (.*)$/.exec(line) ?? []
    const { n, total } = JSON.parse(value)
    if (Number(time) >= (newest.get(user)?.time ?? 0))
      newest.set(user, { values: [n, total], time: Number(time) })
  }
  return newest
}

async function outage(t: TestContext): Promise<readonly string[]> {
  const server = await redisServer(t)
  const place = await KafkaPlace.open(t, 'kept')
  await place.topic('clicks')
  await place.topic('out')
  const options = { url: server.url, keyPrefix: uniquePrefix() }
  const features = redisFeatures(t, options, note => place.notes.push(note))
  const { seriesStore, hashes } = new MemoryStores()
  const stores = joinStores({ features, series: seriesStore, hashes })
  const run = await place.open(0, { transactionTimeoutMs: TRANSACTION_MS }, stores)
  const stop = new AbortController()
  const working = run.work(stop.signal)
  await place.write(clicksOf(place.prefix), rows.slice(0, 5000))
  await until('commits', () => run.commits > 3 && run.lag() === 0)
  await server.kill()
  const away = performance.now()
  await place.write(clicksOf(place.prefix), rows.slice(5000, 10_000))
  await until('notice', () => place.notes.some(note => note.includes('does not work at present')))
  await until('time-outs', () => performance.now() > away + 4 * TRANSACTION_MS)
  await server.start()
  await place.write(clicksOf(place.prefix), rows.slice(10_000))
  await until('end', () => Number(run.counts().inputs.clicks.read) >= rows.length && run.lag() === 0)
  stop.abort()
  await working
  await (await place.open(0, {}, stores)).work(new AbortController().signal, true)
  const expected = await place.expected()
  assert.deepEqual(await place.output(), expected)
  const totals = newestTotals(expected)
  const { rows: found } = await features.get({ view: userTotals.name, entities: [...totals.keys()] })
  assert.deepEqual(
    found.map(row => ({ values: row.map(({ value }) => value), time: row[0].time })),
    [...totals.values()],
  )
  return place.notes.map(note => note.replace(/:.*/, ''))
}

const told = ['Redis at 127.0.0.1', 'Redis at 127.0.0.1']

test('a store that is away for longer than a transaction may be open holds the job up, and that is all', async t => {
  assert.deepEqual(await outage(t), told)
})

test('where results have begun the transaction already, the work since the last commit is done again', async t => {
  setLimits({ produceBytes: 500 })
  t.after(() => setLimits({ produceBytes }))
  const notes = await outage(t)
  assert.deepEqual(
    notes.filter(note => note.startsWith('Redis')),
    told,
  )
  assert.ok(notes.length > told.length, notes.join('\n'))
})
