import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Field } from '../../../engine/batch/schema.ts'
import { makeSchema } from '../../../engine/batch/schema.ts'
import { bigint, features, int, long, oneOf, string } from '../../../engine/index.ts'
import { limits, setLimits } from '../../../engine/limits.ts'
import type { Entity } from '../../../engine/stores/feature-store.ts'
import { viewSpec } from '../../../engine/stores/feature-view.ts'
import { place, redisFeatures } from '../../support/redis-view.ts'
import { redis, uniquePrefix } from '../../support/services/redis.ts'
import { ownName, writeRows } from '../../support/written-rows.ts'

const url = await redis()

const kinds: readonly (readonly [Field, readonly Entity[]])[] = [
  [string(), ['', 'a', 'ü{}:*', 'x'.repeat(500)]],
  [int(), [0, -7, 2_147_483_647]],
  [long(), [2 ** 53 - 1, -1, 1e15]],
  [bigint(), [2n ** 63n - 1n, -5n]],
  [oneOf('Colour', ['red', 'grün']), ['grün', 'red']],
]

test('entities of all kinds are found again by their value', async t => {
  const store = redisFeatures(t, { url, keyPrefix: uniquePrefix() })
  for (const [field, entities] of kinds) {
    const view = features(ownName(field.kind), { entity: 'who', fields: { a: int() } })
    const schema = makeSchema(view.name, { who: field, a: int() })
    const writer = await store.openWriter(viewSpec(view), schema, place)
    await writeRows(
      writer,
      schema,
      entities.map((who, a) => ({ who, a, time: 1 })),
    )
    const { rows } = await store.get({ view: view.name, entities })
    assert.deepEqual(
      rows.map(([{ value }]) => value),
      entities.map((_, index) => index),
    )
  }
})

test('however few values a call may have, and however many fields a row has, all rows are written', async t => {
  const before = { ...limits }
  t.after(() => setLimits(before))
  const store = redisFeatures(t, { url, keyPrefix: uniquePrefix() })
  const names = Array.from({ length: 300 }, (_, index) => `field-${index}`)
  const fields = Object.fromEntries(names.map(name => [name, int()]))
  const view = features(ownName('wide'), { entity: 'who', fields })
  const schema = makeSchema(view.name, { who: string(), ...fields })
  const rowOf = (who: number) => ({
    who: `u${who}`,
    time: 1,
    ...Object.fromEntries(names.map((name, index) => [name, who * 1000 + index])),
  })
  const users = Array.from({ length: 7 }, (_, index) => index)
  for (const redisCallValues of [1, 600, 100_000]) {
    setLimits({ redisCallValues })
    const writer = await store.openWriter(viewSpec(view), schema, place)
    await writeRows(writer, schema, users.map(rowOf))
    const { rows } = await store.get({ view: view.name, entities: users.map(who => `u${who}`) })
    assert.deepEqual(
      rows.map(row => row.map(({ value }) => value)),
      users.map(who => names.map((_, index) => who * 1000 + index)),
    )
    await store.drop(view.name, 1)
  }
})
