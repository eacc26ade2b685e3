import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BatchArena } from '../../engine/batch/arena.ts'
import type { Field } from '../../engine/batch/schema.ts'
import {
  bigint,
  boolean,
  bytes,
  decimal,
  double,
  float,
  int,
  long,
  makeSchema,
  nullable,
  oneOf,
  string,
  timestamp,
} from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import { KeySpace, slotsOf } from '../../engine/state/keys/key-space.ts'
import { batchOf } from '../support/batch-of.ts'
import { assertProperty } from '../support/property.ts'

const kinds: Record<string, { field: Field; value: fc.Arbitrary<unknown> }> = {
  boolean: { field: boolean(), value: fc.boolean() },
  int: { field: int(), value: fc.oneof(fc.nat(20), fc.integer()) },
  long: { field: long(), value: fc.oneof(fc.nat(2000), fc.maxSafeInteger()) },
  timestamp: { field: timestamp(), value: fc.integer({ min: 1.7e12, max: 1.7e12 + 900 }) },
  double: {
    field: double(),
    value: fc.oneof(fc.double(), fc.constantFrom(0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e300)),
  },
  float: { field: float(), value: fc.constantFrom(0, 0.5, -2, 3.25) },
  bigint: { field: bigint(), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
  string: {
    field: string(),
    value: fc.oneof(fc.constantFrom('', 'a', 'b', 'ab', 'é'), fc.string({ maxLength: 40 })),
  },
  bytes: { field: bytes(), value: fc.uint8Array({ maxLength: 5 }).map(some => Uint8Array.from(some)) },
  decimal: { field: decimal(6, 2), value: fc.constantFrom('1.50', '1.5', '0', '-3') },
  enum: { field: oneOf('Kind', ['view', 'buy']), value: fc.constantFrom('view', 'buy') },
}

/** What two keys have to share to be one. -0 and 0 are, as SQL has it, and so are all NaN. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes ${[...value]}`
  return `${typeof value} ${Object.is(value, -0) ? 0 : String(value)}`
}

const anyColumns = fc.uniqueArray(fc.constantFrom(...Object.keys(kinds)), { minLength: 1, maxLength: 3 })
const anyCase = anyColumns.chain(names => {
  const row = fc.record(
    Object.fromEntries(
      names.map(name => [name, (kinds[name] as never as { value: fc.Arbitrary<unknown> }).value]),
    ),
  )
  return fc.record({
    names: fc.constant(names),
    batches: fc.array(fc.array(row, { maxLength: 60 }), { maxLength: 6 }),
  })
})

test('keys get slots in the order of their first appearance, as a Map would count them, and come back', async () => {
  const property = fc.property(anyCase, ({ names, batches }) => {
    const schema = makeSchema(
      'Row',
      Object.fromEntries(names.map(name => [name, (kinds[name] as { field: Field }).field])),
    )
    const space = new KeySpace(schema, names, 'step')
    const table = space.newTable()
    const arena = new BatchArena(true)
    const slots = new Map<string, number>()
    const first: Record<string, unknown>[] = []
    for (const rows of batches) {
      const found = new Int32Array(rows.length)
      slotsOf(table, space.keysOf(batchOf(schema, rows, arena)), 0, rows.length, found)
      rows.forEach((row, i) => {
        const key = names.map(name => textOf(row[name])).join('|')
        if (!slots.has(key)) {
          slots.set(key, slots.size)
          first.push(row)
        }
        assert.equal(found[i], slots.get(key))
      })
      arena.reset()
    }
    assert.equal(table.size, slots.size)
    const all = Int32Array.from(first.keys())
    const columns = space.columns(table, all, all.length, arena)
    first.forEach((row, slot) => {
      names.forEach((name, k) => {
        const value = readValue((kinds[name] as { field: Field }).field, columns[k] as never, slot)
        assert.equal(textOf(value), textOf(row[name]))
      })
    })
    table.release()
    arena.close()
  })
  await assertProperty(property, 300)
})

test('many keys: the table grows and finds every one of them again', () => {
  for (const [name, make] of [
    ['long', (k: number) => k * 7919],
    ['string', (k: number) => `key-${k}`],
  ] as const) {
    const schema = makeSchema('Row', { key: (kinds[name] as { field: Field }).field })
    const space = new KeySpace(schema, 'key', 'step')
    const table = space.newTable()
    const arena = new BatchArena()
    const rows = Array.from({ length: 20_000 }, (_, k) => ({ key: make(k) }))
    const keys = space.keysOf(batchOf(schema, rows, arena))
    const slots = new Int32Array(rows.length)
    for (let round = 0; round < 2; round++) {
      slotsOf(table, keys, 0, rows.length, slots)
      assert.ok(slots.every((slot, row) => slot === row))
    }
    table.clear()
    slotsOf(table, keys, 500, 600, slots)
    assert.deepEqual([slots[500], slots[599], table.size], [0, 99, 100])
    table.release()
    arena.close()
  }
})

test('a key column has to be there, and never null', () => {
  const schema = makeSchema('Row', { id: long(), name: nullable(string()) })
  const coded = (code: 'HR_COLUMN_UNKNOWN' | 'HR_KEY_NULLABLE') => (error: unknown) =>
    isHeadraceError(error, code)
  assert.throws(() => new KeySpace(schema, 'other', 'step'), coded('HR_COLUMN_UNKNOWN'))
  assert.throws(() => new KeySpace(schema, ['id', 'name'], 'step'), coded('HR_KEY_NULLABLE'))
})
