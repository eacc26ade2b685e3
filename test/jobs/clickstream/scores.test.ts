import assert from 'node:assert/strict'
import { test } from 'node:test'
import { categoryOf } from '../../../jobs/clickstream/catalogue.ts'
import type { ShopOptions } from '../../../jobs/clickstream/shop-generator.ts'
import { ShopGenerator } from '../../../jobs/clickstream/shop-generator.ts'
import clickstream from '../../../jobs/clickstream.ts'
import { testJob } from '../../../testing/index.ts'
import { modelsForTests, strangePurchases } from './models-for-tests.ts'

const startMs = 1_767_225_600_000

async function run(events: number, options: Partial<ShopOptions> = {}) {
  const made = new ShopGenerator({ seed: 8, startMs, perSecond: 1000, ...options }).next(events)
  const driver = testJob(clickstream, { models: modelsForTests() })
  driver
    .push('clicks', made.clicks)
    .push('purchases', made.purchases)
    .advanceTo(startMs + 10_000_000)
  await driver
  return { ...made, driver }
}

test('strange windows go out with how strange they are, what moved most and the version that says so', async () => {
  const { driver } = await run(100_000)
  const windows = await driver.output<{ user: number; windowStart: number; clicks: number; spend: number }>(
    'clicks.per-user',
  )
  const found = await driver.output<Record<string, number | string>>('clickstream.anomalies')
  assert.ok(found.length > 0)
  for (const row of found) {
    const { user, windowStart, severity, purchases, modelVersion, moved, score } = row
    assert.deepEqual([severity, modelVersion], ['medium', 3])
    assert.ok(Number(purchases) >= strangePurchases)
    assert.equal(score, Math.fround(Math.min(1, Number(purchases) / 16)))
    const window = windows.find(one => one.user === user && one.windowStart === windowStart)
    assert.deepEqual([row.clicks, row.spend], [window?.clicks, window?.spend])
    assert.match(String(moved), new RegExp(`^spend \\+${Math.fround(Number(row.spend)).toFixed(1)}, `))
  }
  const points = [...(driver.stores.series.get('anomalies')?.values() ?? [])]
  const asPoint = ({ windowStart: _, moved: __, ...row }: (typeof found)[number]) => ({
    ...row,
    time: row.windowEnd,
  })
  assert.deepEqual(new Set(points), new Set(found.map(asPoint)))
  const stored = driver.stores.features.get('user-stats@1')
  const last = found.at(-1) as { user: number; score: number; windowEnd: number }
  assert.equal(stored?.get(String(last.user))?.get('anomaly')?.time !== undefined, true)
  await driver.close()
})

test('each purchase brings an offer: none of what was bought before, not too much of one category', async () => {
  const { driver, purchases } = await run(30_000)
  const offers = await driver.output<{ user: number; ts: number; items: number[]; scores: number[] }>(
    'clickstream.recommendations',
  )
  assert.equal(offers.length, purchases.length)
  const bought = new Map<number, number[]>()
  purchases.forEach(({ user, item, ts }, index) => {
    const recent = [item, ...(bought.get(user) ?? []).filter(other => other !== item)].slice(0, 10)
    bought.set(user, recent)
    const offer = offers[index]
    assert.deepEqual([offer.user, offer.ts], [user, ts])
    assert.equal(offer.items.length, offer.scores.length)
    assert.ok(offer.items.every(one => !recent.includes(one)))
    const ofEach = Map.groupBy(offer.items, categoryOf)
    assert.ok([...ofEach.values()].every(items => items.length <= 4))
  })
  const last = purchases.at(-1)
  const stored = driver.stores.features.get('offers@1')?.get(String(last?.user))?.get('items')?.value
  const newest = offers.findLast(({ user }) => user === last?.user)
  assert.deepEqual(
    [...(stored as Float32Array)].filter(item => item >= 0),
    newest?.items,
  )
  await driver.close()
})

test('people who begin to buy more are a drift of what they spend, and of nothing before', async () => {
  const shiftAfterMs = 60_000
  // As many events of each user in a window as the reference has.
  const { driver } = await run(110_000, { users: 500, shiftAfterMs, bursts: false })
  const statistics = await driver.output<{ field: string; step: string; windowEnd: number; alarm: boolean }>(
    'clickstream.drift',
  )
  const ofSpend = statistics.filter(({ step, field }) => step === 'users' && field === 'spend')
  const until = (windowEnd: number) => windowEnd - startMs <= shiftAfterMs
  assert.ok(ofSpend.some(({ windowEnd }) => until(windowEnd)))
  assert.deepEqual(
    ofSpend.filter(({ windowEnd, alarm }) => until(windowEnd) && alarm),
    [],
  )
  assert.ok(ofSpend.some(({ windowEnd, alarm }) => !until(windowEnd) && alarm))
  const alarms = await driver.output<{ fields: string }>('clickstream.drift-alarms')
  assert.ok(alarms.some(({ fields }) => fields.includes('spend')))
  const points = [...(driver.stores.series.get('drift')?.values() ?? [])]
  assert.equal(points.length, statistics.length)
  await driver.close()
})
