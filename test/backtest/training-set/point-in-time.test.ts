import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { double, features, job, long, record, sink, source, timestamp, topic } from '../../../engine/index.ts'
import { limits, setLimits } from '../../../engine/limits.ts'
import { topicSpec } from '../../../engine/topic.ts'
import { count, repartition, select, sum, tumbling, union } from '../../../operators/index.ts'
import { naiveWindows } from '../../support/naive-windows.ts'
import { assertProperty } from '../../support/property.ts'
import type { Come, LabelRow, TopicHistory } from '../../support/training-rows.ts'
import { trainingRows, until, viewsAfter } from '../../support/training-rows.ts'

const Sale = record('Sale', { ts: timestamp(), user: long(), shop: long(), amount: double() })
const sales = topic('sales', Sale, { time: 'ts', lateness: 3 })
const returns = topic('returns', Sale, { time: 'ts', lateness: 5 })
const inWindow = features('in-window', {
  entity: 'user',
  ttl: 25,
  fields: { sales: long(), amount: double() },
})
const last = features('last', { entity: 'user', fields: { shop: long(), paid: double() } })
const perShop = features('per-shop', { entity: 'shop', fields: { visits: long() } })

type Sold = { ts: number; user: number; shop: number; amount: number }

const simple = job('simple', () => {
  const sold = source('in', sales)
  sold.pipe(
    tumbling('w', { by: 'user', size: 10 }, { sales: count(), amount: sum('amount') }),
    sink('window-out', inWindow),
  )
  sold.pipe(select({ user: 'user', shop: 'shop', paid: 'amount' }), sink('last-out', last))
})

const several = job('several', () => {
  const [sold, returned] = [source('sold', sales), source('returned', returns)]
  const both = union(sold, returned)
  both.pipe(
    tumbling('w', { by: 'user', size: 10 }, { sales: count(), amount: sum('amount') }),
    sink('window-out', inWindow),
  )
  both.pipe(
    repartition('by-shop', { by: 'shop', partitions: 2 }),
    tumbling('s', { by: 'shop', size: 7 }, { visits: count() }),
    sink('shop-out', perShop),
  )
})

/** Records in the order of a partition: event times and timestamps go forth and back. */
const partitionOf = (partition: number, count: number): fc.Arbitrary<Come<Sold>[]> =>
  fc
    .array(
      fc.record({
        step: fc.nat(4),
        early: fc.nat(6),
        event: fc.nat(12),
        user: fc.nat(2),
        shop: fc.nat(1),
        amount: fc.integer({ min: 1, max: 9 }),
      }),
      { maxLength: 40 },
    )
    .map(made => {
      let now = 10
      return made.map(({ step, early, event, user, shop, amount }) => {
        now += step
        const row = { ts: Math.max(0, now - event), user: user * count + partition, shop, amount }
        return { row, at: now - early }
      })
    })

const history = fc.integer({ min: 1, max: 3 }).chain(count => {
  return fc.tuple(...Array.from({ length: count }, (_, partition) => partitionOf(partition, count)))
})

/** Times of records, and others. */
const labelsOver = (partitions: readonly (readonly Come<Sold>[])[]): fc.Arbitrary<LabelRow[]> => {
  const times = partitions.flat().map(({ at }) => at)
  const time = times.length === 0 ? fc.nat(60) : fc.oneof(fc.constantFrom(...times), fc.nat(200))
  const label = fc.record({ time, user: fc.nat(8), shop: fc.nat(1) })
  return fc.array(label, { minLength: 1, maxLength: 12 }).map(some => some.sort((a, b) => a.time - b.time))
}

const cases = history.chain(partitions => fc.tuple(fc.constant(partitions), labelsOver(partitions)))

/** Of the records themselves, without the engine. */
function naive(partitions: readonly (readonly Come<Sold>[])[], { time, user }: LabelRow, delay: number) {
  const come = until({ topic: topicSpec(sales), partitions }, time - delay).partitions as Come<Sold>[][]
  const rows = come[user % partitions.length].map(({ row }) => ({ ...row, at: row.ts, value: row.amount }))
  const watermark = Math.max(...rows.map(({ ts }) => ts)) - 3
  const closed = naiveWindows(rows, 10, 10, 3).windows.filter(
    ({ end, keys }) => end <= watermark && keys.get(user)?.length,
  )
  const window = closed.at(-1)
  const inside = window?.keys.get(user)?.filter(({ at }) => at >= window.start && at < window.end)
  const isThere = window !== undefined && inside?.length && window.end - 1 >= time - 25
  const mine = rows.filter(row => row.user === user)
  const newest = mine.findLast(({ ts }) => ts === Math.max(...mine.map(other => other.ts)))
  return {
    sales: isThere ? inside.length : null,
    amount: isThere ? inside.reduce((total, { amount }) => total + amount, 0) : null,
    shop: newest?.shop ?? null,
    paid: newest?.amount ?? null,
  }
}

test('rows are what a plain join in time over the records gives, whatever comes late, in disorder or expires', async () => {
  const property = fc.asyncProperty(
    cases,
    fc.nat(6),
    fc.integer({ min: 1, max: 9 }),
    async ([partitions, labels], delayMs, batchRows) => {
      const users = labels.map(({ time, user }) => ({ time, user }))
      const rows = await trainingRows(simple, [{ topic: topicSpec(sales), partitions }], users, {
        delayMs,
        batchRows,
      })
      const expected = users.map(label => ({ ...label, ...naive(partitions, label, delayMs) }))
      assert.deepEqual(
        rows,
        expected.map(({ user, time, ...found }) => ({ user, time, ...found })),
      )
    },
  )
  await assertProperty(property, 150)
})

async function expected(histories: readonly TopicHistory[], { time, user, shop }: LabelRow) {
  const past = histories.map(one => until(one, time))
  const stores = await viewsAfter(several, past, time)
  const [ofUser] = (await stores.get({ view: 'in-window', entities: [user] })).rows
  const [ofShop] = (await stores.get({ view: 'per-shop', entities: [shop] })).rows
  const [sold, amount, visits] = [...ofUser, ...ofShop].map(({ value }) => value ?? null)
  return { user, shop, time, sales: sold, amount, visits }
}

const twoTopics = fc
  .integer({ min: 1, max: 2 })
  .chain(count => {
    const partitions = () =>
      fc.tuple(...Array.from({ length: count }, (_, partition) => partitionOf(partition, count)))
    return fc.tuple(partitions(), partitions())
  })
  .chain(both => fc.tuple(fc.constant(both), labelsOver(both.flat())))

test('rows are what the job gives that has read the topics up to the time of the label, over inputs and stages', async () => {
  const property = fc.asyncProperty(twoTopics, async ([[sold, returned], labels]) => {
    const histories = [
      { topic: topicSpec(sales), partitions: sold },
      { topic: topicSpec(returns), partitions: returned },
    ]
    const rows = await trainingRows(several, histories, labels)
    assert.deepEqual(rows, await Promise.all(labels.map(label => expected(histories, label))))
  })
  await assertProperty(property, 60)
})

test('a later stage keeps up with what it is handed on, however little that may be at a time', async () => {
  const { exportStageBytes } = limits
  setLimits({ exportStageBytes: 1 })
  try {
    const property = fc.asyncProperty(twoTopics, async ([[sold, returned], labels]) => {
      const histories = [
        { topic: topicSpec(sales), partitions: sold },
        { topic: topicSpec(returns), partitions: returned },
      ]
      const rows = await trainingRows(several, histories, labels)
      assert.deepEqual(rows, await Promise.all(labels.map(label => expected(histories, label))))
    })
    await assertProperty(property, 30)
  } finally {
    setLimits({ exportStageBytes })
  }
})

test('whatever comes after the time of a label changes nothing in its row', async () => {
  const poison = fc.record({ later: fc.integer({ min: 1, max: 9 }), event: fc.nat(300), user: fc.nat(8) })
  const property = fc.asyncProperty(
    twoTopics,
    fc.nat(100),
    fc.array(poison, { maxLength: 30 }),
    async ([[sold, returned], labels], cut, poisons) => {
      const histories = [
        { topic: topicSpec(sales), partitions: sold },
        { topic: topicSpec(returns), partitions: returned },
      ]
      const poisoned = histories.map(one => {
        const { topic, partitions } = until(one, cut)
        const worse = poisons.map(({ later, event, user }) => ({
          at: cut + later,
          row: { ts: event, user, shop: user % 2, amount: 1000 },
        }))
        return { topic, partitions: partitions.map(records => [...records, ...worse]) }
      })
      const known = labels.filter(({ time }) => time <= cut)
      assert.deepEqual(
        await trainingRows(several, poisoned, known),
        await trainingRows(several, histories, known),
      )
    },
  )
  await assertProperty(property, 60)
})
