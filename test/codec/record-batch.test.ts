import assert from 'node:assert/strict'
import test from 'node:test'
import { checkBatch, readBatchHeader } from '../../engine/codec/record/batch.ts'
import { RecordBatchBuilder, setBaseOffset, writeBatchHeader } from '../../engine/codec/record/write.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import { readBatch, sealed } from '../support/record-batches.ts'

// Written by kafkajs 2.2.4: three records, one of them before the first in time, one with a header, one null value.
const golden = Buffer.from(
  '00000000000012670000005b0000000302934b75b90010000000020000018bcfe568000000018bcfe5689600000000000023280005000000280000000316000000046b31066f6e650026008f0302010674776f020a74726163650401021200ac0204046b330100',
  'hex',
)
const corrupt = (error: unknown) => isHeadraceError(error, 'HR_BATCH_CORRUPT')

test('a batch of another client is read field by field', () => {
  const { header, records } = readBatch(golden)
  assert.equal(header.complete, true)
  assert.equal(header.batchLength, golden.length)
  assert.equal(header.baseOffset, 4711)
  assert.equal(header.partitionLeaderEpoch, 3)
  assert.equal(header.codec, 0)
  assert.equal(header.timestampType, 'create')
  assert.equal(header.isTransactional, true)
  assert.equal(header.isControl, false)
  assert.equal(header.lastOffsetDelta, 2)
  assert.equal(header.baseTimestamp, 1_700_000_000_000)
  assert.equal(header.maxTimestamp, 1_700_000_000_150)
  assert.equal(header.producerId, 9000)
  assert.equal(header.producerEpoch, 5)
  assert.equal(header.baseSequence, 40)
  assert.equal(header.recordCount, 3)
  assert.deepEqual(records, [
    { offset: 4711, timestamp: 1_700_000_000_000, key: 'k1', value: 'one', headers: [] },
    {
      offset: 4712,
      timestamp: 1_699_999_999_800,
      key: null,
      value: 'two',
      headers: [['trace', '\u0001\u0002']],
    },
    { offset: 4713, timestamp: 1_700_000_000_150, key: 'k3', value: null, headers: [] },
  ])
})

test('the builder writes the same bytes as the other client', () => {
  const builder = new RecordBatchBuilder()
  builder.append(1_700_000_000_000, Buffer.from('k1'), Buffer.from('one'))
  builder.append(1_699_999_999_800, null, Buffer.from('two'), [{ key: 'trace', value: Uint8Array.of(1, 2) }])
  builder.append(1_700_000_000_150, Buffer.from('k3'), null)
  const origin = { baseOffset: 4711, partitionLeaderEpoch: 3, producerId: 9000, producerEpoch: 5 }
  assert.equal(builder.byteLength, golden.length)
  const batch = builder.build({ ...origin, baseSequence: 40, isTransactional: true })
  assert.equal(Buffer.from(batch).toString('hex'), golden.toString('hex'))
  assert.equal(builder.count, 0)
})

test('every flipped byte of the part that the checksum covers is found', () => {
  for (let at = 17; at < golden.length; at++) {
    for (const mask of [0x01, 0x80, 0xff]) {
      const damaged = Buffer.from(golden)
      damaged[at] ^= mask
      assert.throws(() => checkBatch(damaged, readBatchHeader(damaged, 0)), corrupt, `byte ${at}`)
    }
  }
})

test('a batch cut off anywhere is incomplete, not corrupt', () => {
  const two = Buffer.concat([golden, golden])
  for (let length = golden.length; length < two.length; length++) {
    const cut = two.subarray(0, length)
    const header = readBatchHeader(cut, golden.length)
    assert.equal(header.complete, false, `cut at ${length}`)
    assert.equal(header.batchLength, length - golden.length < 12 ? 0 : golden.length)
    assert.throws(() => checkBatch(cut, header), corrupt)
  }
})

test('a header object is used again, and batches follow each other in one buffer', () => {
  const two = Buffer.concat([golden, golden])
  setBaseOffset(two, golden.length, 2 ** 52 + 1)
  const header = readBatchHeader(two, 0)
  assert.equal(readBatchHeader(two, header.batchLength, header), header)
  checkBatch(two, header)
  assert.equal(header.baseOffset, 2 ** 52 + 1)
  assert.equal(readBatch(two, golden.length).records[2].offset, 2 ** 52 + 3)
  assert.equal(readBatchHeader(two, two.length, header).complete, false)
})

test('a length that cannot be is an error at once, or it would be waited for', () => {
  for (const length of [-2147483648, -12, -1, 0, 48]) {
    const damaged = Buffer.from(golden)
    damaged.writeInt32BE(length, 8)
    assert.throws(() => readBatchHeader(damaged, 0), corrupt, String(length))
    assert.throws(() => readBatchHeader(damaged.subarray(0, 12), 0), corrupt, String(length))
  }
  const huge = Buffer.from(golden)
  huge.writeInt32BE(limits.batchBytes, 8)
  assert.throws(
    () => readBatchHeader(huge, 0),
    error => isHeadraceError(error, 'HR_BATCH_TOO_LARGE'),
  )
})

test('an error names the offset of its batch', () => {
  const damaged = Buffer.from(golden)
  damaged[golden.length - 1] ^= 1
  assert.throws(() => readBatch(damaged), /checksum.*offset 4711/)
})

test('message formats of before v2 and unknown ones are named', () => {
  for (const [magic, message] of [
    [0, /format v0/],
    [1, /format v1/],
    [3, /magic byte 3/],
  ] as const) {
    const other = Buffer.from(golden)
    other[16] = magic
    assert.throws(() => checkBatch(other, readBatchHeader(other, 0)), message)
  }
  const short = Buffer.from(golden)
  short.writeInt32BE(30, 8)
  short[16] = 1
  assert.throws(() => readBatchHeader(short, 0), /format v1/)
})

test('fields with a sound checksum but values out of range are refused', () => {
  const edits: [string, (batch: Buffer) => void][] = [
    ['negative base offset', batch => batch.writeBigInt64BE(-1n, 0)],
    ['unsafe base offset', batch => batch.writeBigInt64BE(2n ** 60n, 0)],
    ['negative count', batch => batch.writeInt32BE(-1, 57)],
    ['more records than offsets', batch => batch.writeInt32BE(1, 23)],
    ['base timestamp', batch => batch.writeBigInt64BE(2n ** 63n - 1n, 27)],
    ['max timestamp', batch => batch.writeBigInt64BE(-(2n ** 62n), 35)],
    ['producer id', batch => batch.writeBigInt64BE(2n ** 60n, 43)],
  ]
  for (const [name, edit] of edits) {
    const damaged = Buffer.from(golden)
    edit(damaged)
    sealed(damaged)
    assert.throws(() => checkBatch(damaged, readBatchHeader(damaged, 0)), corrupt, name)
  }
})

test('a header is written over records that others wrote', () => {
  const bytes = new Uint8Array(golden.length + 10)
  bytes.set(golden.subarray(61), 10 + 61)
  writeBatchHeader(bytes, 10, {
    end: bytes.length,
    recordCount: 3,
    baseTimestamp: 1_700_000_000_000,
    maxTimestamp: -1,
    timestampType: 'append',
    baseOffset: 7,
  })
  const { header, records } = readBatch(bytes, 10)
  assert.equal(header.timestampType, 'append')
  assert.equal(header.producerId, -1)
  assert.equal(header.isTransactional, false)
  assert.deepEqual(
    records.map(({ offset, timestamp }) => [offset, timestamp]),
    [
      [7, -1],
      [8, -1],
      [9, -1],
    ],
  )
})

test('a compacted batch may be empty', () => {
  const bytes = new Uint8Array(61)
  writeBatchHeader(bytes, 0, {
    end: 61,
    recordCount: 0,
    lastOffsetDelta: 9,
    baseTimestamp: -1,
    maxTimestamp: -1,
  })
  assert.deepEqual(readBatch(bytes).records, [])
})
