import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EncodedRows } from '../../engine/codec/codec.ts'
import { codecs } from '../../engine/codec/compression/compression.ts'
import { RecordRows } from '../../engine/codec/record/rows.ts'
import { assertProperty } from '../support/property.ts'
import { readBatch } from '../support/record-batches.ts'

function encoded(texts: readonly (string | null)[]): EncodedRows {
  const bytes = Buffer.from(`..${texts.join('')}`)
  const [start, end] = [new Int32Array(texts.length), new Int32Array(texts.length)]
  let at = 2
  texts.forEach((text, row) => {
    start[row] = text === null ? -1 : at
    at += Buffer.byteLength(text ?? '')
    end[row] = at
  })
  return { bytes, start, end, rows: texts.length }
}

const anyText = fc.option(fc.oneof(fc.string({ maxLength: 9 }), fc.string({ minLength: 60, maxLength: 150 })))
const anyTime = fc.oneof(
  fc.integer({ min: 1.7e12, max: 1.7e12 + 1000 }),
  fc.integer({ min: 0, max: 8.64e15 / 2 }),
)
const anyRow = fc.record({ key: anyText, value: anyText, time: anyTime, chosen: fc.boolean() })
const anyCodec = fc.constantFrom(codecs.none, codecs.gzip, codecs.lz4)

test('what is written from columns is what a reader finds, batch after batch', async () => {
  const writer = new RecordRows()
  const property = fc.property(
    fc.array(fc.array(anyRow, { maxLength: 30 }), { maxLength: 4 }),
    anyCodec,
    (parts, codec) => {
      for (const rows of parts) {
        const order = Int32Array.from(rows.flatMap(({ chosen }, row) => (chosen ? [row] : []))).reverse()
        const times = Float64Array.from(rows, ({ time }) => time)
        const [keys, values] = [encoded(rows.map(({ key }) => key)), encoded(rows.map(({ value }) => value))]
        writer.append(order, order.length, times, keys, values)
      }
      const expected = parts.flatMap(rows => rows.filter(({ chosen }) => chosen).reverse())
      assert.equal(writer.count, expected.length)
      if (expected.length === 0) return
      const { records, header } = readBatch(writer.finish(codec))
      assert.deepEqual(
        records.map(({ offset, key, value, timestamp, headers }) => [offset, key, value, timestamp, headers]),
        expected.map(({ key, value, time }, row) => [row, key, value, time, []]),
      )
      assert.equal(header.maxTimestamp, Math.max(...expected.map(({ time }) => time)))
      assert.equal(writer.count, 0)
    },
  )
  await assertProperty(property, 300)
})
