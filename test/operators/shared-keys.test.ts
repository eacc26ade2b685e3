import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BatchArena, workerHeap } from '../../engine/batch/arena.ts'
import type { NumberColumn } from '../../engine/batch/columns.ts'
import { long, record } from '../../engine/index.ts'
import { KeySpace } from '../../engine/state/keys/key-space.ts'
import { SharedKeys } from '../../operators/window/shared-keys.ts'
import { assertProperty } from '../support/property.ts'

const space = new KeySpace(record('Row', { user: long() }), 'user', 'test')

test('each pane keeps its keys in their order, while others come and go', async () => {
  const panes = fc.array(fc.tuple(fc.nat(4000), fc.integer({ min: 1, max: 1500 })), { maxLength: 12 })
  const property = fc.property(panes, stretches => {
    const shared = new SharedKeys(space)
    const arena = new BatchArena()
    const open: { pane: ReturnType<SharedKeys['newPane']>; users: number[] }[] = []
    for (const [from, length] of stretches) {
      const users = Array.from({ length }, (_, i) => from + ((i * 7) % length))
      const pane = shared.newPane()
      const slots = new Int32Array(length)
      pane.insert(Float64Array.from(users), 0, length, slots)
      open.push({ pane, users: [...new Set(users)] })
      if (open.length > 2) open.shift()?.pane.release()
      for (const { pane: one, users: own } of open) {
        const all = Int32Array.from(own, (_, slot) => slot)
        const [column] = one.columns(all, own.length, arena)
        assert.deepEqual([...(column as NumberColumn).values], own)
      }
    }
    for (const { pane } of open) pane.release()
    shared.release()
    arena.close()
  })
  await assertProperty(property, 40)
})

test('keys that are in no pane any more leave: a stream of ever new keys takes bounded memory', () => {
  const before = workerHeap().bytesInUse
  const shared = new SharedKeys(space)
  const slots = new Int32Array(1000)
  let most = 0
  for (let round = 0; round < 200; round++) {
    const pane = shared.newPane()
    pane.insert(
      Float64Array.from(slots, (_, i) => round * 1000 + i),
      0,
      1000,
      slots,
    )
    pane.release()
    most = Math.max(most, shared.size)
  }
  assert.ok(most <= 3000, `${most} keys were held at once`)
  shared.release()
  assert.equal(workerHeap().bytesInUse, before)
})
