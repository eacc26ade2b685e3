import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ShopGenerator } from '../../../jobs/clickstream/shop-generator.ts'

function made(seed: number, ...cuts: number[]) {
  const generator = new ShopGenerator({ seed, startMs: 0, perSecond: 1000, shiftAfterMs: 20_000 })
  const chunks = cuts.map(count => generator.next(count))
  return {
    clicks: chunks.flatMap(({ clicks }) => clicks),
    purchases: chunks.flatMap(({ purchases }) => purchases),
    broken: chunks.flatMap(({ broken }) => broken),
    bursts: generator.bursts,
  }
}

test('the generated events depend on the seed alone, not on how they are cut', () => {
  assert.deepEqual(made(5, 60_000), made(5, 1, 9_999, 50_000))
  assert.notDeepEqual(made(5, 100), made(6, 100))
})

test('every event is a click, a purchase or broken, and all kinds of trouble are among them', () => {
  const { clicks, purchases, broken, bursts } = made(7, 200_000)
  assert.equal(clicks.length + purchases.length + broken.length, 200_000)
  assert.ok(broken.length > 0)
  assert.ok(bursts.length > 0)
})

test('who bursts buys more in those seconds than anybody does otherwise', () => {
  const generator = new ShopGenerator({ seed: 3, startMs: 0, perSecond: 20_000 })
  const { purchases } = generator.next(400_000)
  const bought = new Map<string, number>()
  for (const { user, ts } of purchases) {
    const key = `${user} ${Math.floor(ts / 10_000)}`
    bought.set(key, (bought.get(key) ?? 0) + 1)
  }
  const bursting = new Set(generator.bursts.map(({ user }) => user))
  const most = (of: (user: number) => boolean) =>
    Math.max(...[...bought].filter(([key]) => of(Number(key.split(' ')[0]))).map(([, count]) => count))
  assert.ok(most(user => bursting.has(user)) > 2 * most(user => !bursting.has(user)))
})

test('after the shift people spend more', () => {
  const { purchases } = made(9, 60_000)
  const mean = (rows: readonly { readonly value: number }[]) =>
    rows.reduce((sum, { value }) => sum + value, 0) / rows.length
  const [before, after] = [
    purchases.filter(({ ts }) => ts < 19_000),
    purchases.filter(({ ts }) => ts >= 20_000),
  ]
  assert.ok(mean(after) > 1.5 * mean(before))
})
