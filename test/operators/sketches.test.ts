import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Row } from '../../engine/index.ts'
import { bytes, double, nullable, record, string, timestamp } from '../../engine/index.ts'
import { countDistinct, quantile, topK } from '../../operators/index.ts'
import { FoldedRows } from '../support/fold-rows.ts'
import { assertProperty, seed } from '../support/property.ts'
import { randomFrom } from '../support/random.ts'

const Reading = record('Reading', {
  at: timestamp(),
  value: double(),
  text: string(),
  raw: bytes(),
  maybe: nullable(double()),
})
const reading = (value: number) => {
  const text = `user-${value}`
  return { at: 0, value, text, raw: new TextEncoder().encode(text), maybe: null }
}
const repeat = `repeat with HEADRACE_SEED=${seed}`

for (const column of ['value', 'text', 'raw'] as const) {
  test(`countDistinct of ${column}: exact while few, then within its error`, () => {
    const folded = new FoldedRows(Reading, countDistinct(column, { precision: 12 }))
    const start = Math.floor(randomFrom(seed)() * 1e6)
    for (const distinct of [0, 1, 100, 128, 129, 500, 5000, 12_000, 60_000]) {
      const rows = Array.from({ length: distinct }, (_, i) => reading(start + i))
      const found = folded.result(folded.fold([...rows, ...rows.slice(0, distinct / 2)]))
      // The bound is five standard errors: it is missed once in millions of cases.
      const bound = distinct <= 128 ? 0 : 5 * (1.04 / 64) * distinct
      assert.ok(Math.abs(found - distinct) <= bound, `${found} for ${distinct}; ${repeat}`)
    }
  })
}

test('countDistinct takes 0 and -0 for one value, a string and a number for two', () => {
  const folded = new FoldedRows(
    Reading,
    countDistinct<Row<typeof Reading>>(row => (row.value === 1 ? '0' : row.value)),
  )
  assert.equal(folded.result(folded.fold([0, -0, 1].map(reading))), 2)
})

test('countDistinct: parts merged in any order, stored between, give what one gives', async () => {
  const folded = new FoldedRows(Reading, countDistinct('value', { precision: 6 }))
  const part = fc
    .tuple(fc.nat(300), fc.nat(300))
    .map(([from, length]) => Array.from({ length }, (_, i) => reading(from + i)))
  const property = fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), parts => {
    const states = parts.map(rows => folded.stored(folded.fold(rows)))
    const expected = folded.result(folded.fold(parts.flat()))
    assert.equal(folded.result(folded.merge(...states)), expected)
    assert.equal(
      folded.result(states.reduceRight((merged, state) => folded.stored(folded.merge(merged, state)))),
      expected,
    )
  })
  await assertProperty(property, 50)
})

const qs = [0, 0.01, 0.25, 0.5, 0.9, 0.99, 1]
const anyValue = fc.oneof(
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter(value => Math.abs(value) < 1e30 && (value === 0 || Math.abs(value) > 1e-30)),
  fc.integer({ min: -50, max: 50 }),
)

for (const relativeError of [0.01, 0.05]) {
  test(`quantile: within ${relativeError} of the value of that rank, however merged`, async () => {
    const folded = new FoldedRows(Reading, quantile('value', qs, { relativeError }))
    const property = fc.property(
      fc.array(fc.array(anyValue, { maxLength: 30 }), { minLength: 1, maxLength: 3 }),
      parts => {
        const sorted = parts.flat().toSorted((a, b) => a - b)
        fc.pre(sorted.length > 0)
        const states = parts.map(values => folded.stored(folded.fold(values.map(reading))))
        const found = folded.result(folded.merge(...states))
        assert.deepEqual(folded.result(folded.merge(...states.toReversed())), found)
        for (const [i, q] of qs.entries()) {
          const value = sorted[Math.floor(q * (sorted.length - 1))] as number
          const off = Math.abs((found[i] as number) - value)
          assert.ok(off <= relativeError * Math.abs(value) * (1 + 1e-9), `q ${q}: ${found[i]}, not ${value}`)
        }
      },
    )
    await assertProperty(property, 100)
  })
}

test('quantile: beyond its bins the small magnitudes share one, in whatever order they come', () => {
  const folded = new FoldedRows(Reading, quantile('value', [0, 0.5, 1], { relativeError: 0.001 }))
  const values = [1e12, ...Array.from({ length: 500 }, (_, i) => 10 ** (i / 40 - 12))]
  const up = folded.result(folded.fold(values.toReversed().map(reading)))
  assert.deepEqual(folded.result(folded.fold(values.map(reading))), up)
  assert.deepEqual([up[0], up[2]], [1e-12, 1e12])
})

test('quantile of nothing is null', () => {
  const folded = new FoldedRows(Reading, quantile('maybe', 0.5))
  assert.equal(folded.result(folded.fold([reading(1)])), null)
})

test('topK: what came often is there, and counts are off by no more than they say', async () => {
  const folded = new FoldedRows(Reading, topK('text', 3, { capacity: 8 }))
  const values = fc.array(
    fc.oneof({ weight: 3, arbitrary: fc.nat(4) }, { weight: 2, arbitrary: fc.nat(200) }),
    { maxLength: 200 },
  )
  const property = fc.property(fc.array(values, { minLength: 1, maxLength: 3 }), parts => {
    const rows = parts.flat().map(reading)
    const counts = new Map<string, number>()
    for (const { text } of rows) counts.set(text, (counts.get(text) ?? 0) + 1)
    const states = parts.map(part => folded.stored(folded.fold(part.map(reading))))
    const found = folded.result(folded.merge(...states))
    for (const { value, count, error } of found) {
      const real = counts.get(value) as number
      assert.ok(count <= real && real <= count + error, `${value}: ${count} + ${error}, not ${real}`)
      assert.ok(error <= rows.length / 8, `the error ${error} of ${rows.length} rows`)
    }
    const missing = [...counts].filter(([text]) => !found.some(({ value }) => value === text))
    const least = Math.min(...found.map(({ count, error }) => count + error))
    for (const [text, real] of missing)
      assert.ok(real <= Math.max(least, found[0]?.error ?? 0), `${text} came ${real} times`)
  })
  await assertProperty(property, 100)
})

test('options out of range are refused', () => {
  assert.throws(
    () => countDistinct('value', { precision: 20 }),
    /HR_CONFIG_INVALID: countDistinct has precision 20/,
  )
  assert.throws(() => quantile('value' as never, 1.5), /HR_CONFIG_INVALID: quantile has q 1.5/)
  assert.throws(
    () => quantile('value' as never, 0.5, { relativeError: 0 }),
    /HR_CONFIG_INVALID: quantile has relativeError 0/,
  )
  assert.throws(() => topK('value' as never, 0), /HR_CONFIG_INVALID: topK has k 0/)
})
