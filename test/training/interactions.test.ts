import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { historiesOf, historyOf } from '../../training/histories.ts'
import type { Interactions } from '../../training/interactions.ts'
import { InteractionGatherer, keepTopItems, splitAt, timeOfShare } from '../../training/interactions.ts'

const gathered = (rows: readonly (readonly [user: string, item: string, time: number])[]): Interactions => {
  const gatherer = new InteractionGatherer()
  for (const [user, item, time] of rows) gatherer.add(user, item, time)
  return gatherer.finish()
}

const some = gathered([
  ['ann', 'tea', 5],
  ['bob', 'mug', 1],
  ['ann', 'mug', 3],
  ['ann', 'tea', 4],
  ['cat', 'pot', 2],
  ['bob', 'pot', 6],
  ['cat', 'mug', 9],
])

const historyKeys = (interactions: Interactions) => {
  const histories = historiesOf(interactions)
  return Array.from({ length: interactions.userCount }, (_, user) =>
    Array.from(historyOf(histories, user), item => interactions.itemKeys[item]),
  )
}

describe('interactions', () => {
  test('users and items are numbered as they come', () => {
    assert.deepEqual([...some.users], [0, 1, 0, 0, 2, 1, 2])
    assert.deepEqual([...some.items], [0, 1, 1, 0, 2, 2, 1])
    assert.deepEqual(some.itemKeys, ['tea', 'mug', 'pot'])
    assert.equal(some.userCount, 3)
  })

  test('a history is in the order of time, each item at its first time', () => {
    assert.deepEqual(historyKeys(some), [
      ['mug', 'tea'],
      ['mug', 'pot'],
      ['pot', 'mug'],
    ])
  })

  test('the items that most users took are kept, not those taken most often', () => {
    const two = keepTopItems(some, 2)
    assert.deepEqual(two.itemKeys, ['mug', 'pot'])
    assert.deepEqual(historyKeys(two), [['mug'], ['mug', 'pot'], ['pot', 'mug']])
    assert.deepEqual(keepTopItems(some, 100).itemKeys, ['mug', 'pot', 'tea'])
    const [early] = splitAt(some, 3)
    assert.deepEqual(keepTopItems(early, 100).itemKeys, ['mug', 'pot'], 'what nobody took is no item')
  })

  test('a split puts each row on one side of the time', () => {
    const [before, after] = splitAt(some, 5)
    assert.deepEqual([...before.times], [1, 3, 4, 2])
    assert.deepEqual([...after.times], [5, 6, 9])
    assert.deepEqual(historyKeys(after), [['tea'], ['pot'], ['mug']])
    assert.equal(timeOfShare(some, 4 / 7), 5)
    assert.equal(timeOfShare(some, 1), 9)
  })

  test('there may be many', () => {
    const rows = Array.from({ length: 10_000 }, (_, k) => [`u${k % 7}`, `i${k % 11}`, k] as const)
    const all = gathered(rows)
    assert.equal(all.times.at(-1), 9999)
    assert.equal(historiesOf(all).items.length, 77)
  })
})
