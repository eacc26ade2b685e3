import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BatchArena, Heap, keep, workerHeap } from '../../engine/batch/arena.ts'
import { isHeadraceError } from '../../engine/errors.ts'

test('the heap hands out blocks that do not overlap, and the same ones again', () => {
  const heap = new Heap(1 << 20)
  const sizes = [1, 64, 65, 1000, 4096]
  const blocks = sizes.map(bytes => ({ bytes, address: heap.take(bytes) }))
  const ordered = blocks.toSorted((a, b) => a.address - b.address)
  ordered.forEach(({ address, bytes }, k) => {
    assert.equal(address % 64, 0)
    assert.ok(address + bytes <= (ordered[k + 1]?.address ?? heap.capacity))
  })
  for (const { address, bytes } of blocks) heap.give(address, bytes)
  assert.equal(heap.bytesInUse, 0)
  assert.equal(heap.take(1024), blocks[3]?.address)
})

test('memory that is used up is a coded error, and what is there stays usable', () => {
  const heap = new Heap(1 << 16)
  const taken = heap.take(1 << 14)
  const exhausted = (error: unknown) => isHeadraceError(error, 'HR_MEMORY_EXHAUSTED')
  assert.throws(() => heap.take(1 << 16), exhausted)
  assert.equal(heap.bytesInUse, 1 << 14)
  heap.give(taken, 1 << 14)
  assert.equal(heap.take(1 << 14), taken)
})

test('where the system does not grant the memory, as much as it does is taken', () => {
  const granting = (most: number) => (pages: number) => {
    if (pages > most) throw new RangeError('could not allocate memory')
    return { buffer: new ArrayBuffer(pages * 65536) }
  }
  assert.equal(new Heap(1 << 30, granting(5000)).capacity, 4096 * 65536)
  assert.throws(
    () => new Heap(1 << 30, granting(0)),
    error => isHeadraceError(error, 'HR_MEMORY_EXHAUSTED') && error.cause instanceof RangeError,
  )
})

test('what steps keep is zeroed each time it is handed out', () => {
  const first = keep.f64(100).fill(7)
  const address = first.byteOffset
  keep.release(first)
  const again = keep.f64(100)
  assert.equal(again.byteOffset, address)
  assert.ok(again.every(value => value === 0))
  keep.release(again)
})

test('an arena takes the same memory again for the next batch, large blocks included', () => {
  const before = workerHeap().bytesInUse
  const arena = new BatchArena(false)
  const places = () =>
    [arena.f64(10), arena.i32(3), arena.u8(1 << 19), arena.f64(1000)].map(part => part.byteOffset)
  const first = places()
  arena.reset()
  const used = workerHeap().bytesInUse
  for (let batch = 0; batch < 50; batch++) {
    assert.deepEqual(places(), first)
    arena.reset()
  }
  assert.equal(workerHeap().bytesInUse, used)
  arena.close()
  assert.equal(workerHeap().bytesInUse, before)
})

test('arrays of one batch do not overlap', () => {
  const arena = new BatchArena(false)
  const parts = Array.from({ length: 4000 }, (_, k) => arena.i32(k % 90).fill(k))
  assert.ok(parts.every((part, k) => part.every(value => value === k)))
  arena.close()
})

test('with poison, an array kept beyond its batch shows it', () => {
  const arena = new BatchArena(true)
  const [kept, large] = [arena.f64(4).fill(1), arena.u8(1 << 19).fill(1)]
  arena.reset()
  assert.ok(kept.every(Number.isNaN))
  assert.ok(large.every(byte => byte === 0xff))
  arena.close()
})
