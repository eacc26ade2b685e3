import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import test from 'node:test'
import fc from 'fast-check'
import { codecs } from '../../engine/codec/compression/compression.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import { assertProperty } from '../support/property.ts'
import { readBatch, recordsArbitrary } from '../support/record-batches.ts'

/* kafkajs as the second opinion, through inner modules that it has no types for. */
interface Theirs {
  readonly offset: string
  readonly timestamp: string
  readonly key: Buffer | null
  readonly value: Buffer | null
}
type Decode = (
  decoder: object,
) => Promise<{ readonly records: readonly Theirs[]; readonly producerId: string }>
type Encode = (fields: object) => Promise<{ readonly buffer: Buffer }>

const load = createRequire(import.meta.url)
const Decoder: new (bytes: Buffer) => object = load('kafkajs/src/protocol/decoder')
const decodeBatch: Decode = load('kafkajs/src/protocol/recordBatch/v0/decoder')
const encodeBatch: Encode = load('kafkajs/src/protocol/recordBatch/v0').RecordBatch
const encodeRecord: (fields: object) => object = load('kafkajs/src/protocol/recordBatch/record/v0')
const Long: { fromValue(text: string): object } = load('kafkajs/src/utils/long')

const bytes = (text: string | null) => (text === null ? null : Buffer.from(text))
const text = (part: Buffer | null) => (part === null ? null : part.toString())
const plain = recordsArbitrary({ gaps: false }).map(records =>
  records.map(({ offset, timestamp, key, value }) => ({
    offset,
    timestamp,
    key: key?.toWellFormed() ?? null,
    value: value?.toWellFormed() ?? null,
    headers: [],
  })),
)

test('kafkajs reads what the builder writes', async () => {
  for (const codec of [codecs.none, codecs.gzip]) {
    const property = fc.asyncProperty(plain, async records => {
      const builder = new RecordBatchBuilder()
      for (const { timestamp, key, value } of records) builder.append(timestamp, bytes(key), bytes(value))
      const batch = builder.build({ codec, baseOffset: records[0].offset, producerId: 12_345_678_901 })
      const theirs = await decodeBatch(new Decoder(Buffer.from(batch)))
      assert.equal(theirs.producerId, '12345678901')
      assert.deepEqual(
        theirs.records.map(record => ({
          offset: Number(record.offset),
          timestamp: Number(record.timestamp),
          key: text(record.key),
          value: text(record.value),
          headers: [],
        })),
        records,
      )
    })
    await assertProperty(property, 60)
  }
})

test('what kafkajs writes is read', async () => {
  for (const compression of [codecs.none, codecs.gzip]) {
    const property = fc.asyncProperty(plain, async records => {
      const [first] = records
      const { buffer } = await encodeBatch({
        compression,
        firstOffset: Long.fromValue(String(first.offset)),
        firstTimestamp: first.timestamp,
        maxTimestamp: Math.max(...records.map(({ timestamp }) => timestamp)),
        lastOffsetDelta: records.length - 1,
        records: records.map(({ timestamp, key, value }, offsetDelta) =>
          encodeRecord({
            offsetDelta,
            timestampDelta: timestamp - first.timestamp,
            key: bytes(key),
            value: bytes(value),
          }),
        ),
      })
      assert.deepEqual(readBatch(buffer).records, records)
    })
    await assertProperty(property, 60)
  }
})
