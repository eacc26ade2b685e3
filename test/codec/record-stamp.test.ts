import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codecs, decompress } from '../../engine/codec/compression/compression.ts'
import { stampBatch } from '../../engine/codec/record/stamp.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import { assertProperty } from '../support/property.ts'
import { slowCrc32c } from '../support/record-batches.ts'

const sender = fc.record(
  {
    producerId: fc.maxSafeNat(),
    producerEpoch: fc.nat(2 ** 15 - 1),
    baseSequence: fc.nat(2 ** 31 - 1),
    isTransactional: fc.boolean(),
  },
  { noNullPrototype: true },
)
const values = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 })

test('a stamped batch says who sends it, in the bytes of the format; what it was made of stays as it was', () =>
  assertProperty(
    fc.property(sender, values, fc.constantFrom(...Object.values(codecs)), (from, records, codec) => {
      const builder = new RecordBatchBuilder()
      for (const value of records) builder.append(1234, null, value)
      const batch = builder.build()
      const before = Buffer.from(batch)
      const stamped = Buffer.from(stampBatch(batch, from, codec))
      assert.deepEqual(Buffer.from(batch), before)
      assert.deepEqual(
        {
          producerId: Number(stamped.readBigInt64BE(43)),
          producerEpoch: stamped.readInt16BE(51),
          baseSequence: stamped.readInt32BE(53),
          isTransactional: (stamped.readInt16BE(21) & 16) === 16,
        },
        from,
      )
      assert.equal(stamped.readInt16BE(21) & ~16, codec)
      assert.equal(stamped.readInt32BE(8), stamped.length - 12)
      assert.equal(stamped.readUInt32BE(17), slowCrc32c(stamped.subarray(21)))
      assert.deepEqual(stamped.subarray(23, 43), before.subarray(23, 43))
      assert.equal(stamped.readInt32BE(57), records.length)
      assert.deepEqual(Buffer.from(decompress(codec, stamped.subarray(61))), before.subarray(61))
    }),
  ))

test('stamped anew it is as if it had never been stamped before', () => {
  const builder = new RecordBatchBuilder()
  builder.append(1, null, Buffer.from('a'))
  const batch = builder.build()
  const first = { producerId: 7, producerEpoch: 1, baseSequence: 5, isTransactional: true }
  const second = { producerId: 9, producerEpoch: 0, baseSequence: 0, isTransactional: false }
  assert.deepEqual(stampBatch(stampBatch(batch, first), second), stampBatch(batch, second))
})
