import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SqliteFeatures } from '../../../connectors/sqlite/features.ts'
import { SqliteSeries } from '../../../connectors/sqlite/series.ts'
import { features, int, nullable, record, series } from '../../../engine/index.ts'
import { limits } from '../../../engine/limits.ts'
import { viewSpec } from '../../../engine/stores/feature-view.ts'
import type { Series } from '../../../engine/stores/series.ts'
import { place, schemaOf } from '../../conformance/feature-views.ts'
import { openSeries } from '../../conformance/series-home.ts'
import { temporaryDirectory } from '../../support/state-directory.ts'
import { writeRows } from '../../support/written-rows.ts'

const ttl = 1000

/** A view of a second's ttl under a clock that the test sets. */
async function expiring(t: Parameters<typeof temporaryDirectory>[0]) {
  let now = 0
  const store = new SqliteFeatures({ dir: temporaryDirectory(t), fsync: 'never' }, () => now)
  t.after(() => store.close())
  const view = features('users', { entity: 'user', ttl, fields: { a: int(), b: nullable(int()) } })
  const schema = schemaOf(view, ['a', 'b'])
  const writer = await store.openWriter(viewSpec(view), schema, place)
  const states = async (...users: string[]) => {
    const { rows } = await store.get({ view: 'users', entities: users })
    return rows.map(row => row.map(({ state }) => state).join())
  }
  const setTime = (time: number) => {
    now = time
  }
  return { store, schema, writer, states, setTime }
}

test('a value counts up to its ttl, is told to have expired for as long again, and then is gone', async t => {
  const { store, schema, writer, states, setTime } = await expiring(t)
  await writeRows(writer, schema, [{ user: 'ann', time: 100, a: 1, b: null }])
  for (const [time, expected] of [
    [100, 'ok,ok'],
    [1100, 'ok,ok'],
    [1101, 'expired,expired'],
    [2100, 'expired,expired'],
    [2101 + limits.storePurgeEveryMs, 'missing,missing'],
  ] as const) {
    setTime(time)
    await writer.flush()
    assert.deepEqual(await states('ann'), [expected], `at ${time}`)
  }
  assert.equal((await store.list())[0].versions[0].entities, 0)
})

test('purging goes through a view in bounded steps, and leaves what is still good', async t => {
  const { store, schema, writer, setTime } = await expiring(t)
  const count = 2.5 * limits.storePurgeRows
  const rows = Array.from({ length: count }, (_, index) => ({
    user: `u${String(index).padStart(5, '0')}`,
    time: index % 5 === 0 ? 9000 : 0,
    a: index,
    b: 0,
  }))
  await writeRows(writer, schema, rows)
  const left = async () => (await store.list())[0].versions[0].entities
  const found: number[] = []
  for (let step = 1; step <= 3; step++) {
    setTime(9000 + step * limits.storePurgeEveryMs)
    await writer.flush()
    // A second flush at the same time does nothing more.
    await writer.flush()
    found.push(await left())
  }
  // The flush of the rows was a step, over the first thousand: these come last.
  assert.deepEqual(found, [count - 800, count - 1200, count / 5])
})

test('points that are older than they are kept go, the oldest first', async t => {
  let now = 0
  const options = { dir: temporaryDirectory(t), fsync: 'never', retentionMs: 5000 } as const
  const store = new SqliteSeries(options, () => now)
  t.after(() => store.close())
  const of = series('load', record('Load', { value: int() })) as Series
  const writer = await openSeries(store, of)
  const rows = Array.from({ length: 3 * limits.storePurgeRows }, (_, index) => ({
    time: index,
    value: index,
  }))
  await writeRows(writer, of.schema, rows)
  const oldest = async () => (await store.list())[0].oldest
  now = 5000 + 1500
  await writer.flush()
  assert.equal(await oldest(), limits.storePurgeRows)
  now += limits.storePurgeEveryMs
  await writer.flush()
  assert.equal(await oldest(), 2 * limits.storePurgeRows)
})
