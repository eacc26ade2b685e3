import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  array,
  boolean,
  double,
  features,
  job,
  late,
  long,
  nullable,
  record,
  sink,
  source,
  string,
  table,
  timestamp,
  topic,
} from '../../../engine/index.ts'
import {
  collect,
  count,
  filter,
  join,
  process,
  repartition,
  select,
  sum,
  tableJoin,
  tumbling,
} from '../../../operators/index.ts'
import { testJob } from '../../../testing/test-job.ts'
import { explain, idsOf } from '../../support/explain.ts'

const Event = record('Event', { id: long(), at: timestamp(), user: string(), shop: string() })
const timed = { time: 'at', key: 'user', lateness: '5ms' } as const
const clicks = topic('clicks', Event, timed)
const buys = topic('buys', Event, timed)

function event(id: number, at: number, user = 'a', shop = 's') {
  return { id, at, user, shop }
}

test('a pair of a join goes back to the row of either side, others of the key do not', async t => {
  const Pair = record('Pair', { id: long(), at: timestamp(), user: string(), shop: string(), bought: long() })
  const of = job('pairs', () => {
    join('j', source('clicks', clicks), source('buys', buys), {
      by: 'user',
      within: { before: '2ms', after: '10ms' },
      take: { bought: 'id' },
    }).pipe(sink('out', topic('pairs', Pair, { key: 'user' })))
  })
  const driver = testJob(of)
  t.after(() => driver.close())
  driver.push('clicks', [event(1, 1), event(2, 4), event(3, 5, 'b'), event(4, 20), event(5, 5)])
  driver.push('buys', [event(11, 7), event(12, 8, 'b'), event(13, 22), event(14, 3)])
  driver.advanceTo(1000)
  const pairs = await driver.output<{ id: number; bought: number; at: number }>('out')
  assert.ok(pairs.length >= 4)
  for (const written of pairs) {
    const time = Math.max(written.at, written.bought === 11 ? 7 : written.bought === 13 ? 22 : 3)
    if (written.bought === 12) continue
    const found = await explain(driver, of, {
      topic: 'pairs',
      key: 'a',
      window: time,
      written: { ...written },
    })
    assert.deepEqual(found.differs, [])
    assert.deepEqual(idsOf(found, 'taken'), [written.id, written.bought])
  }
})

test('a row with columns of a table goes back to itself and to the newest version at its time', async t => {
  const Named = record('Named', {
    id: long(),
    at: timestamp(),
    user: string(),
    shop: string(),
    name: nullable(string()),
  })
  const Shop = record('Shop', { id: long(), at: timestamp(), shop: string(), name: string() })
  const shops = topic('shops', Shop, { time: 'at', key: 'shop', lateness: 0 })
  const of = job('named', () => {
    tableJoin('shop', source('clicks', clicks), table('shops', shops), {
      by: 'shop',
      take: ['name'],
      type: 'left',
    }).pipe(sink('out', topic('named', Named, { key: 'user' })))
  })
  const driver = testJob(of)
  t.after(() => driver.close())
  driver.push('shops', [
    { id: 101, at: 1, shop: 's', name: 'one' },
    { id: 102, at: 6, shop: 's', name: 'two' },
    { id: 103, at: 6, shop: 'x', name: 'other' },
    { id: 104, at: 60, shop: 's', name: 'later' },
  ])
  driver.push('clicks', [event(1, 5), event(2, 7), event(3, 8, 'a', 'none')])
  driver.advanceTo(1000)
  await driver
  const at = async (window: number) =>
    idsOf(await explain(driver, of, { topic: 'named', key: 'a', window }), 'taken')
  assert.deepEqual(await at(5), [1, 101])
  assert.deepEqual(await at(7), [2, 102])
  assert.deepEqual(await at(8), [3])
})

test('of what a function of the job has made, all rows of the key before it are said to be perhaps behind it', async t => {
  const Seen = record('Seen', { user: string(), times: long() })
  const of = job('seen', () => {
    source('clicks', clicks).pipe(
      process(
        'third',
        { by: 'user', state: { times: long() }, output: { user: string(), times: long() } },
        {
          onRow(row, { state, emit }) {
            state.times++
            if (state.times === 3) emit({ user: row.user, times: state.times })
          },
        },
      ),
      sink('out', topic('seen', Seen, { key: 'user' })),
    )
  })
  const driver = testJob(of)
  t.after(() => driver.close())
  driver.push('clicks', [event(1, 1), event(2, 2, 'b'), event(3, 3), event(4, 4), event(5, 5)])
  const found = await explain(driver, of, { topic: 'seen', key: 'a' })
  assert.deepEqual(idsOf(found, 'taken'), [1, 3, 4])
  assert.equal(
    found.records.every(({ isMaybe }) => isMaybe),
    true,
  )
})

const PerUser = record('PerUser', {
  user: string(),
  shop: string(),
  windowStart: timestamp(),
  n: long(),
  ids: array(long()),
})
const PerShop = record('PerShop', { shop: string(), windowStart: timestamp(), n: double(), rows: long() })

/** Windows of windows, in two stages. */
const twoStages = job('shops', () => {
  const perUser = source('clicks', clicks).pipe(
    filter(row => row.shop !== 'closed'),
    tumbling(
      'users',
      { by: ['user', 'shop'], size: '10ms' },
      { n: count(), ids: collect('id', { limit: 99 }) },
    ),
  )
  perUser.pipe(sink('per-user', topic('per-user', PerUser, { key: 'user' })))
  perUser.pipe(
    select('shop', 'n'),
    repartition('by-shop', { by: 'shop' }),
    tumbling('shops', { by: 'shop', size: '30ms' }, { n: sum('n'), rows: count() }),
    sink('per-shop', topic('per-shop', PerShop, { key: 'shop' })),
  )
})

test('windows of windows go back through a repartition to the records of all of them', async t => {
  const driver = testJob(twoStages, { partitions: 3 })
  t.after(() => driver.close())
  const rows = Array.from({ length: 200 }, (_, id) =>
    event(id, Math.floor(id / 3) - (id % 7 === 0 ? 12 : 0) + 20, `user${id % 9}`, id % 4 === 1 ? 'x' : 's'),
  )
  driver.push('clicks', rows)
  driver.advanceTo(1000)
  const users = await driver.output<{ shop: string; windowStart: number; ids: number[] }>('per-user')
  const shops = await driver.output<{ shop: string; windowStart: number; n: number; rows: number }>(
    'per-shop',
  )
  assert.ok(shops.length > 4)
  for (const { shop, windowStart: start, n, rows } of shops) {
    const found = await explain(driver, twoStages, { topic: 'per-shop', key: shop, window: start }, 3)
    const behind = users.filter(
      one => one.shop === shop && one.windowStart >= start && one.windowStart < start + 30,
    )
    assert.deepEqual(
      idsOf(found, 'taken'),
      behind.flatMap(({ ids }) => ids).sort((a, b) => a - b),
    )
    assert.equal(idsOf(found, 'taken').length, n)
    const made = found.segments.find(({ step }) => step === 'users')
    assert.equal(made?.explained.length, rows)
  }
})

test('an early result has the rows that had come by then', async t => {
  const Early = record('Early', {
    user: string(),
    windowStart: timestamp(),
    final: boolean(),
    ids: array(long()),
  })
  const of = job('early', () => {
    source('clicks', clicks).pipe(
      tumbling(
        'w',
        { by: 'user', size: '100ms', emit: { every: '10ms' } },
        { ids: collect('id', { limit: 99 }) },
      ),
      sink('out', topic('early', Early, { key: 'user' })),
    )
  })
  const driver = testJob(of)
  t.after(() => driver.close())
  driver.push(
    'clicks',
    Array.from({ length: 40 }, (_, id) => event(id, id, id % 3 === 0 ? 'b' : 'a')),
  )
  driver.advanceTo(1000)
  const rows = await driver.output<{ user: string; windowStart: number; final: boolean; ids: number[] }>(
    'out',
  )
  assert.ok(rows.some(({ final }) => !final))
  for (const written of rows) {
    const target = { topic: 'early', key: written.user, window: 0, written: { ...written } }
    const found = await explain(driver, of, target)
    assert.deepEqual(found.differs, [])
    assert.deepEqual(idsOf(found, 'taken'), written.ids)
  }
})

test('a late row goes back to its record, past the step that it was too late for', async t => {
  const of = job('lates', () => {
    const read = source('clicks', clicks)
    const windows = read.pipe(tumbling('w', { by: 'user', size: '10ms' }, { n: count() }))
    windows.pipe(sink('out', topic('windows', record('N', { user: string(), n: long() }), { key: 'user' })))
    late('w', read).pipe(sink('late-out', topic('late', Event, { key: 'user' })))
  })
  const driver = testJob(of)
  t.after(() => driver.close())
  driver.push('clicks', [event(1, 3), event(2, 50), event(3, 4), event(4, 5, 'b')])
  const found = await explain(driver, of, { topic: 'late', key: 'a', window: 4 })
  assert.deepEqual(idsOf(found, 'taken'), [3])
  assert.equal(found.segments.length, 1)
})

test('an update of a feature view is found by its sink and entity', async t => {
  const view = features('user-clicks', { entity: 'user', fields: { n: long() } })
  const of = job('features', () => {
    source('clicks', clicks).pipe(
      tumbling('w', { by: 'user', size: '10ms' }, { n: count() }),
      select('user', 'n'),
      sink('view', view),
    )
  })
  const driver = testJob(of)
  t.after(() => driver.close())
  driver.push('clicks', [event(1, 3), event(2, 4, 'b'), event(3, 12), event(4, 15), event(5, 50)])
  const found = await explain(driver, of, { sink: 'view', key: 'a', window: 19 })
  assert.deepEqual(found.row, { row: { user: 'a', n: 2 }, time: 19 })
  assert.deepEqual(idsOf(found, 'taken'), [3, 4])
})
