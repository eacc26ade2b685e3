import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Stretches } from '../../backtest/audit/stretches.ts'
import { assertProperty } from '../support/property.ts'

test('stretches are put together as their offsets are, and what came twice is counted', async () => {
  const stretch = fc
    .tuple(fc.nat(40), fc.integer({ min: 1, max: 9 }))
    .map(([from, length]) => ({ from, until: from + length }))
  const property = fc.property(fc.array(stretch, { maxLength: 12 }), all => {
    const [sum, seen] = [new Stretches(), new Set<number>()]
    let repeated = 0
    for (const { from, until } of all) {
      sum.add(from, until)
      for (let offset = from; offset < until; offset++) {
        if (seen.has(offset)) repeated++
        seen.add(offset)
      }
    }
    const merged = sum.merged.flatMap(({ from, until }) =>
      Array.from({ length: until - from }, (_, k) => from + k),
    )
    assert.deepEqual(
      merged,
      [...seen].sort((a, b) => a - b),
    )
    assert.equal(sum.repeated, repeated)
    assert.ok(sum.merged.slice(1).every(({ from }, index) => from > sum.merged[index].until))
  })
  await assertProperty(property)
})
