import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Codec } from '../../engine/codec/compression/compression.ts'
import { codecs } from '../../engine/codec/compression/compression.ts'
import { readBatchHeader } from '../../engine/codec/record/batch.ts'
import { RecordSpans, scanRecords } from '../../engine/codec/record/scan.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import { assertProperty } from '../support/property.ts'
import type { PlainRecord } from '../support/record-batches.ts'
import {
  plainRecords,
  readBatch,
  recordsArbitrary,
  sealed,
  slowBatch,
  slowVarint,
} from '../support/record-batches.ts'

function build(records: readonly PlainRecord[], codec: Codec): Uint8Array {
  const builder = new RecordBatchBuilder(64)
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text))
  for (const { timestamp, key, value, headers } of records) {
    const list = headers.map(([name, content]) => ({ key: name, value: bytes(content) }))
    builder.append(timestamp, bytes(key), bytes(value), list)
  }
  return builder.build({ codec, baseOffset: records[0].offset })
}

/** Lone surrogates do not survive UTF-8, on either side. */
const wellFormed = (records: readonly PlainRecord[]) =>
  JSON.parse(JSON.stringify(records), (_, value) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  ) as PlainRecord[]

test('records go through every codec unchanged', async () => {
  for (const codec of Object.values(codecs)) {
    const property = fc.property(recordsArbitrary({ gaps: false }), records => {
      assert.deepEqual(readBatch(build(records, codec)).records, wellFormed(records))
    })
    await assertProperty(property, 100)
  }
})

test('the builder writes the bytes that the definition gives', async () => {
  const property = fc.property(recordsArbitrary({ gaps: false }), records => {
    assert.deepEqual(Buffer.from(build(records, codecs.none)), slowBatch(records))
  })
  await assertProperty(property, 200)
})

test('records before the fetch position are skipped, offsets with gaps kept', async () => {
  const property = fc.property(recordsArbitrary({ gaps: true }), fc.nat(30_000), (records, ahead) => {
    const fetchOffset = records[0].offset + ahead
    const expected = wellFormed(records).filter(({ offset }) => offset >= fetchOffset)
    assert.deepEqual(readBatch(slowBatch(records), 0, fetchOffset).records, expected)
  })
  await assertProperty(property, 200)
})

test('the spans of several batches of one buffer follow each other, and grow', () => {
  const row = (offset: number): PlainRecord => ({
    offset,
    timestamp: offset,
    key: null,
    value: 'v',
    headers: [],
  })
  const rows = Array.from({ length: 3000 }, (_, offset) => row(offset))
  const bytes = Buffer.concat([0, 1000, 2000].map(from => slowBatch(rows.slice(from, from + 1000))))
  const spans = new RecordSpans()
  for (let at = 0; at < bytes.length; ) {
    const header = readBatchHeader(bytes, at)
    scanRecords(bytes, header, at + 61, at + header.batchLength, 0, spans)
    at += header.batchLength
  }
  assert.deepEqual(plainRecords(spans), rows)
  const other = slowBatch(rows.slice(0, 1))
  const scanOther = () => scanRecords(other, readBatchHeader(other, 0), 61, other.length, 0, spans)
  assert.throws(scanOther, error => isHeadraceError(error, 'HR_INTERNAL'))
  spans.clear()
  scanOther()
  assert.equal(spans.count, 1)
})

test('damaged records end in a coded error or in records within the body', async () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  })
  const property = fc.property(recordsArbitrary({ gaps: true }), damage, (records, edits) => {
    const batch = slowBatch(records)
    for (const [at, byte] of edits) batch[61 + (at % (batch.length - 61))] = byte
    sealed(batch)
    // Bytes behind the batch, so that reading beyond it would not show as undefined.
    const padded = Buffer.concat([batch, Buffer.alloc(500, 0x55)])
    const { header, spans } = readOrNothing(padded) ?? {}
    if (header === undefined || spans === undefined) return
    assert.equal(spans.count, header.recordCount)
    for (let row = 0; row < spans.count; row++) {
      for (const part of ['key', 'value'] as const) {
        const start: number = spans[`${part}Start`][row]
        const end: number = spans[`${part}End`][row]
        assert.ok(start === -1 ? end === -1 : start > 61 && end >= start && end < batch.length)
      }
      assert.ok(Number.isSafeInteger(spans.timestamp[row]))
      assert.ok(row === 0 || spans.offset[row] > spans.offset[row - 1])
    }
  })
  await assertProperty(property, 3000)
})

function readOrNothing(bytes: Uint8Array): ReturnType<typeof readBatch> | undefined {
  try {
    return readBatch(bytes)
  } catch (error) {
    assert.ok(isHeadraceError(error, 'HR_BATCH_CORRUPT'), String(error))
    return undefined
  }
}

test('each kind of damage to a record is found', () => {
  const sound = [0, 0, 0, 1, 1, 0]
  const cases: [string, number[]][] = [
    ['a length beyond the batch', [100, ...sound]],
    ['a negative length', [1, ...sound]],
    ['a length without an end', [255, 255, 255, 255, 255, 255, 1]],
    ['a key longer than the record', [12, 0, 0, 0, 100, 1, 0]],
    ['a value that takes the place of the headers', [14, 0, 0, 0, 1, 2, 0, 0].slice(0, 7)],
    ['a key of 2 GiB', [22, 0, 0, 0, ...slowVarint(0x7fffffff), 1, 0, 0]],
    ['a timestamp without an end', [36, 0, ...Array<number>(12).fill(255), 0, 0, 1, 1, 0, 0]],
    ['a timestamp out of range', [30, 0, ...slowVarint(Number.MAX_SAFE_INTEGER), 0, 1, 1, 0, 0, 0, 0]],
    ['an offset beyond the last of the batch', [12, 0, 0, 2, 1, 1, 0]],
    ['a negative offset', [12, 0, 0, 1, 1, 1, 0]],
    ['bytes behind the record', [12, ...sound, 0]],
    ['bytes between headers and end', [14, ...sound, 0]],
  ]
  for (const [name, body] of cases) {
    const header = { ...readBatchHeader(new Uint8Array(0), 0), recordCount: 1, lastOffsetDelta: 0 }
    const bytes = Buffer.from([...body, ...Array<number>(40).fill(0)])
    const spans = new RecordSpans()
    const scan = () => scanRecords(bytes, header, 0, body.length, 0, spans)
    assert.throws(scan, error => isHeadraceError(error, 'HR_BATCH_CORRUPT'), name)
    assert.equal(spans.count, 0)
  }
})

test('a record count that the bytes cannot hold reserves nothing', () => {
  const header = {
    ...readBatchHeader(new Uint8Array(0), 0),
    recordCount: 2 ** 31 - 1,
    lastOffsetDelta: 2 ** 31 - 1,
  }
  const spans = new RecordSpans()
  assert.throws(() => scanRecords(new Uint8Array(100), header, 0, 100, 0, spans), /2147483647 records in 100/)
  assert.throws(
    () => scanRecords(new Uint8Array(10), { ...header, recordCount: 1 }, 0, 100, 0, spans),
    /1 records/,
  )
})

test('damaged headers of a record are found', () => {
  const record = { offset: 0, timestamp: 0, key: null, value: 'v', headers: [['name', 'content']] } as const
  const batch = slowBatch([record])
  const { spans } = readBatch(batch)
  const [from, to] = [spans.headersStart[0], spans.headersEnd[0]]
  for (let at = from; at < to; at++) {
    for (const byte of [1, 3, 100, 128, 255]) {
      const damaged = Buffer.from(batch)
      damaged[at] = byte
      readOrNothing(sealed(damaged))
    }
  }
  for (const [at, byte] of [
    [from, 4],
    [from + 1, 1],
    [from + 1, 100],
    [to - 8, 12],
  ]) {
    const damaged = Buffer.from(batch)
    damaged[at] = byte
    assert.throws(
      () => readBatch(sealed(damaged)),
      error => isHeadraceError(error, 'HR_BATCH_CORRUPT'),
    )
  }
})

test('a timestamp that no record can carry is refused when written', () => {
  const builder = new RecordBatchBuilder()
  for (const timestamp of [Number.NaN, 0.5, Infinity, 2 ** 52, -(2 ** 52)]) {
    assert.throws(
      () => builder.append(timestamp, null, null),
      error => isHeadraceError(error, 'HR_TIMESTAMP_RANGE'),
    )
  }
  assert.throws(() => builder.build(), /without records/)
})
