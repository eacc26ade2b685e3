import assert from 'node:assert/strict'
import test from 'node:test'
import { readControlType } from '../../engine/codec/record/control.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import { controlBatch } from '../support/control-batch.ts'
import { readBatch } from '../support/record-batches.ts'

const mark = { timestamp: 1_700_000_000_000, producerId: 9000, producerEpoch: 5, baseOffset: 12 }

test('a control batch ends a transaction', () => {
  for (const type of ['commit', 'abort'] as const) {
    const { header, spans } = readBatch(controlBatch(type, mark))
    assert.equal(header.isControl, true)
    assert.equal(header.isTransactional, true)
    assert.equal(header.producerId, 9000)
    assert.equal(header.producerEpoch, 5)
    assert.equal(header.baseSequence, -1)
    assert.equal(header.baseOffset, 12)
    assert.equal(header.recordCount, 1)
    assert.equal(readControlType(spans, 0), type)
  }
})

test('the key and value of a mark are as Kafka writes them', () => {
  const { spans } = readBatch(controlBatch('commit', { ...mark, coordinatorEpoch: 7 }))
  const part = (start: number, end: number) => Buffer.from(spans.bytes.subarray(start, end)).toString('hex')
  assert.equal(part(spans.keyStart[0], spans.keyEnd[0]), '00000001')
  assert.equal(part(spans.valueStart[0], spans.valueEnd[0]), '000000000007')
})

test("other control records, Kafka's own, are told apart", () => {
  for (const key of [Buffer.from([0, 0, 0, 2]), Buffer.from([0, 0]), null]) {
    const builder = new RecordBatchBuilder()
    builder.append(0, key, null)
    assert.equal(readControlType(readBatch(builder.build({ isControl: true })).spans, 0), 'other')
  }
})
