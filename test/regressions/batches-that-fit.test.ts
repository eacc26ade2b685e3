import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordCountOf } from '../../engine/codec/record/stamp.ts'
import { long, nullable, record, string, topic } from '../../engine/index.ts'
import { RowWriter } from '../../engine/io/row-writer.ts'
import { limits } from '../../engine/limits.ts'
import { topicSpec } from '../../engine/topic.ts'

const Row = record('Row', { id: nullable(long()), text: string() })
/** Length, times and offsets of a record, at most. */
const overhead = 32

// Thousands of rows that came at once went out in one record batch, and brokers refused it as too large.
test('rows that come at once are cut into record batches of the size that they are to have', () => {
  const sent: { records: number; bytes: number }[][] = [[], []]
  const append = (_: string, partition: number, batch: Uint8Array) => {
    sent[partition].push({ records: recordCountOf(batch), bytes: batch.length })
  }
  const writer = new RowWriter(topicSpec(topic('rows', Row, { key: 'id' })), null, 2, { append })
  const huge = limits.produceBytes * 2
  const rows = Array.from({ length: limits.batchRows }, (_, id) => ({
    id: id % 10 === 0 ? null : id,
    text: 'x'.repeat(id === 5000 ? huge : 300),
  }))
  writer.write(rows)
  void writer.flush()
  const all = sent.flat()
  assert.equal(
    all.reduce((sum, { records }) => sum + records, 0),
    rows.length,
  )
  assert.ok(sent.every(batches => batches.length > 1))
  for (const { records, bytes } of all) {
    if (bytes > huge) assert.equal(records, 1)
    else assert.ok(bytes <= limits.produceBytes + records * overhead + 61)
  }
  writer.close()
})
