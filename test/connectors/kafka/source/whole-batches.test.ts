import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wholeBatches } from '../../../../connectors/kafka/source/whole-batches.ts'
import { RecordBatchBuilder, writeBatchHeader } from '../../../../engine/codec/record/write.ts'
import { isHeadraceError } from '../../../../engine/errors.ts'

/** A batch of so many records; its epoch is its base offset. */
function batchAt(baseOffset: number, records: number): Buffer {
  const builder = new RecordBatchBuilder()
  for (let k = 0; k < records; k++) builder.append(1000, null, Buffer.from(`record ${baseOffset + k}`))
  return Buffer.from(builder.build({ baseOffset, partitionLeaderEpoch: baseOffset }))
}

/** What compaction leaves of a batch none of whose records is the newest of its key. */
function emptyBatch(baseOffset: number, records: number): Buffer {
  const bytes = Buffer.alloc(61)
  const timestamps = { baseTimestamp: 1000, maxTimestamp: 1000 }
  writeBatchHeader(bytes, 0, {
    end: 61,
    recordCount: 0,
    lastOffsetDelta: records - 1,
    baseOffset,
    ...timestamps,
  })
  bytes.writeInt32BE(baseOffset, 12)
  return bytes
}

test('a cut-off batch is left out, wherever it was cut', () => {
  const first = Buffer.concat([batchAt(4, 3), emptyBatch(9, 2)])
  const bytes = Buffer.concat([Buffer.alloc(7, 0xff), first, batchAt(20, 2)])
  const whole = 7 + first.length
  for (let end = whole; end < bytes.length; end++) {
    assert.deepEqual(wholeBatches(bytes, 7, end, 4), { end: whole, next: 11, epoch: 9 })
  }
  assert.deepEqual(wholeBatches(bytes, 7, bytes.length, 4), { end: bytes.length, next: 22, epoch: 20 })
})

test('without a whole batch there is nothing', () => {
  const bytes = batchAt(4, 3)
  assert.deepEqual(wholeBatches(bytes, 0, 0, 4), { end: 0, next: 4, epoch: -1 })
  assert.deepEqual(wholeBatches(bytes, 0, bytes.length - 1, 5), { end: 0, next: 5, epoch: -1 })
})

test('what is no batch is told, and what lies before it is kept', () => {
  const good = batchAt(0, 2)
  const noLength = batchAt(2, 1)
  noLength.writeInt32BE(3, 8)
  const hugeLength = batchAt(2, 1)
  hugeLength.writeInt32BE(0x7fffffff, 8)
  const oldMagic = batchAt(2, 1)
  oldMagic[16] = 1
  const again = batchAt(1, 1)
  for (const [bad, reason] of [
    [noLength, /less than its header/],
    [hugeLength, /more than/],
    [oldMagic, /message format v1/],
    [again, /ends before offset 2, where it was to go on/],
  ] as const) {
    const { end, next, damage } = wholeBatches(Buffer.concat([good, bad]), 0, good.length + bad.length, 0)
    assert.deepEqual([end, next], [good.length, 2])
    assert.match(damage?.message ?? '', reason)
    assert.ok(isHeadraceError(damage))
  }
})
