import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { spread } from '../../../engine/shared/spread.ts'
import { assertProperty } from '../../support/property.ts'

test('every task is given once, no hand has more than its share, and what fits stays where it is', async () => {
  const held = fc
    .array(fc.uniqueArray(fc.integer({ min: 0, max: 30 })), { minLength: 1, maxLength: 5 })
    .map(lists => {
      const seen = new Set<number>()
      return lists.map(list => new Set(list.filter(task => !seen.has(task) && seen.add(task)).map(String)))
    })
  await assertProperty(
    fc.property(held, fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String)), (before, tasks) => {
      const given = spread(tasks, before)
      assert.deepEqual(given.flat().toSorted(), tasks.toSorted())
      const share = Math.ceil(tasks.length / before.length)
      for (const [index, own] of given.entries()) {
        assert.ok(own.length <= share)
        const wanted = tasks.filter(task => before[index].has(task))
        assert.equal(own.filter(task => before[index].has(task)).length, Math.min(share, wanted.length))
      }
    }),
  )
})
