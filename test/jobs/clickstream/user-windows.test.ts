import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ShopGenerator } from '../../../jobs/clickstream/shop-generator.ts'
import clickstream from '../../../jobs/clickstream.ts'
import { testJob } from '../../../testing/index.ts'
import { modelsForTests } from './models-for-tests.ts'

const startMs = 1_767_225_600_000
const windowMs = 10_000
const latenessMs = 2000

interface Event {
  readonly ts: number
  readonly user: number
  readonly kind: string
  readonly value: number
}

interface UserWindow {
  readonly user: number
  readonly windowStart: number
  readonly windowEnd: number
  clicks: number
  spend: number
}

/** An event counts unless the newest of its topic is past the end of its window by more than the lateness. */
function windowsOf(topics: readonly (readonly Event[])[]): UserWindow[] {
  const windows = new Map<string, UserWindow>()
  for (const events of topics) {
    let newest = Number.NEGATIVE_INFINITY
    for (const { ts, user, kind, value } of events) {
      newest = Math.max(newest, ts)
      const windowStart = Math.floor(ts / windowMs) * windowMs
      const windowEnd = windowStart + windowMs
      if (kind === 'bot' || windowEnd <= newest - latenessMs) continue
      const key = `${windowStart} ${user}`
      const window = windows.get(key) ?? { user, windowStart, windowEnd, clicks: 0, spend: 0 }
      windows.set(key, window)
      if (kind === 'purchase') window.spend += value
      else window.clicks++
    }
  }
  return inOrder([...windows.values()])
}

const inOrder = (rows: readonly UserWindow[]) =>
  rows.toSorted((a, b) => a.windowStart - b.windowStart || a.user - b.user)

test('windows of users, their features and the series of the shop are what counting gives', async () => {
  const { clicks, purchases } = new ShopGenerator({ seed: 4, startMs, perSecond: 1000 }).next(60_000)
  const expected = windowsOf([clicks, purchases.map(row => ({ ...row, kind: 'purchase' }))])
  const driver = testJob(clickstream, { models: modelsForTests() })
  driver
    .push('clicks', clicks)
    .push('purchases', purchases)
    .advanceTo(startMs + 200_000)

  assert.deepEqual(inOrder(await driver.output<UserWindow>('clicks.per-user')), expected)

  const { features, series } = driver.stores
  const newest = new Map(expected.map(window => [window.user, window]))
  for (const [user, window] of newest) {
    const stored = features.get('user-stats@1')?.get(String(user))
    assert.equal(stored?.get('clicks_10s')?.value, window.clicks)
    assert.equal(stored?.get('spend_10s')?.value, window.spend)
  }
  assert.equal(features.get('user-stats@1')?.size, newest.size)

  const ends = [...new Set(expected.map(({ windowEnd }) => windowEnd))]
  const points = [...(series.get('shop_activity')?.values() ?? [])].map(
    ({ windowEnd, users, clicks, spend }) => {
      return { windowEnd, users, clicks, spend: cents(spend as number) }
    },
  )
  assert.deepEqual(
    points,
    ends.map(windowEnd => {
      const all = expected.filter(window => window.windowEnd === windowEnd)
      const sum = (of: (window: UserWindow) => number) => all.reduce((total, window) => total + of(window), 0)
      const [clicked, spent] = [sum(window => window.clicks), sum(window => window.spend)]
      return { windowEnd, users: all.length, clicks: clicked, spend: cents(spent) }
    }),
  )
  await driver.close()
})

/** A sum in another order has other last digits. */
const cents = (amount: number) => Math.round(amount * 100)
