import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeatureHome } from './feature-home.ts'
import { put, userView, valuesIn } from './feature-views.ts'

/** What entities may be called. */
export function testNames({ name, factory }: FeatureHome): void {
  test(`${name}: an entity may be any text, and is no other`, async t => {
    const store = await factory(t)()
    const view = userView()
    const users = [
      'a',
      'a\0b',
      '\0',
      '"',
      '\\',
      ' ',
      '\n',
      'é',
      '🙂',
      '1',
      '1.0',
      'null',
      '{b}',
      'x'.repeat(3000),
    ]
    const rows = users.map((user, clicks) => ({ user, time: 1, clicks, spent: null, city: user }))
    await put(store, view, rows)
    const asked = ['A', ...users.toReversed(), 'e', '01']
    const found = await valuesIn(store, view, ...asked)
    assert.deepEqual(
      found.map(([clicks, , city]) => [clicks.value, city.value]),
      asked.map(user => [rows.find(row => row.user === user)?.clicks, users.find(one => one === user)]),
    )
    await store.close()
  })
}
