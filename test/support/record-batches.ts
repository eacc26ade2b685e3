import fc from 'fast-check'
import { decompress } from '../../engine/codec/compression/compression.ts'
import type { BatchHeader } from '../../engine/codec/record/batch.ts'
import { BATCH_HEADER_BYTES, checkBatch, readBatchHeader } from '../../engine/codec/record/batch.ts'
import { readHeaders } from '../../engine/codec/record/headers.ts'
import { RecordSpans, scanRecords } from '../../engine/codec/record/scan.ts'

export interface PlainRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [string, string | null])[]
}

/** Bit by bit, from the polynomial's definition. */
export function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 0 ? 0 : 0x82f63b78)
  }
  return (crc ^ 0xffffffff) >>> 0
}

export function slowVarint(value: number): number[] {
  const wide = BigInt(value)
  let raw = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n))
  const bytes: number[] = []
  for (; raw > 127n; raw >>= 7n) bytes.push(Number(raw & 127n) | 128)
  return [...bytes, Number(raw)]
}

function slowText(text: string | null): number[] {
  if (text === null) return slowVarint(-1)
  const bytes = Buffer.from(text)
  return [...slowVarint(bytes.length), ...bytes]
}

/** One batch of uncompressed records, put together from lists of bytes as the protocol's documentation has it. */
export function slowBatch(records: readonly PlainRecord[]): Uint8Array {
  const [first] = records
  const body = records.flatMap(record => {
    const fields = [
      0,
      ...slowVarint(record.timestamp - first.timestamp),
      ...slowVarint(record.offset - first.offset),
      ...slowText(record.key),
      ...slowText(record.value),
      ...slowVarint(record.headers.length),
      ...record.headers.flatMap(([key, value]) => [...slowText(key), ...slowText(value)]),
    ]
    return [...slowVarint(fields.length), ...fields]
  })
  const batch = Buffer.alloc(BATCH_HEADER_BYTES + body.length)
  batch.writeBigInt64BE(BigInt(first.offset), 0)
  batch.writeInt32BE(batch.length - 12, 8)
  batch.writeInt32BE(-1, 12)
  batch.writeInt8(2, 16)
  batch.writeInt32BE(records[records.length - 1].offset - first.offset, 23)
  batch.writeBigInt64BE(BigInt(first.timestamp), 27)
  batch.writeBigInt64BE(BigInt(Math.max(...records.map(record => record.timestamp))), 35)
  batch.writeBigInt64BE(-1n, 43)
  batch.writeInt16BE(-1, 51)
  batch.writeInt32BE(-1, 53)
  batch.writeInt32BE(records.length, 57)
  batch.set(body, BATCH_HEADER_BYTES)
  return sealed(batch)
}

/** The batch with the checksum that its bytes have now. */
export function sealed(batch: Uint8Array): Uint8Array {
  Buffer.from(batch.buffer, batch.byteOffset, batch.length).writeUInt32BE(slowCrc32c(batch.subarray(21)), 17)
  return batch
}

export interface ReadResult {
  readonly header: BatchHeader
  readonly spans: RecordSpans
  readonly records: PlainRecord[]
}

/** The production path over one batch: header, check, decompress, scan. */
export function readBatch(bytes: Uint8Array, at = 0, fetchOffset = 0): ReadResult {
  const header = readBatchHeader(bytes, at)
  checkBatch(bytes, header)
  const start = at + BATCH_HEADER_BYTES
  const end = at + header.batchLength
  const spans = new RecordSpans()
  if (header.codec === 0) scanRecords(bytes, header, start, end, fetchOffset, spans)
  else {
    const body = decompress(header.codec, bytes.subarray(start, end))
    scanRecords(body, header, 0, body.length, fetchOffset, spans)
  }
  return { header, spans, records: plainRecords(spans) }
}

export function plainRecords(spans: RecordSpans): PlainRecord[] {
  const text = (start: number, end: number): string | null =>
    start === -1 ? null : Buffer.from(spans.bytes.subarray(start, end)).toString()
  return Array.from({ length: spans.count }, (_, row) => ({
    offset: spans.offset[row],
    timestamp: spans.timestamp[row],
    key: text(spans.keyStart[row], spans.keyEnd[row]),
    value: text(spans.valueStart[row], spans.valueEnd[row]),
    headers: readHeaders(spans.bytes, spans.headersStart[row], spans.headersEnd[row]).map(
      ({ key, value }) => [key, value === null ? null : Buffer.from(value).toString()] as const,
    ),
  }))
}

const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 60, maxLength: 300 }) },
)
const timestamp = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1 - 2 ** 52, max: 2 ** 52 - 1 }) },
)

/** Records with rising offsets, some of them missing as after compaction when `gaps` is set. */
export function recordsArbitrary({ gaps }: { readonly gaps: boolean }): fc.Arbitrary<PlainRecord[]> {
  const record = fc.record({
    step: gaps ? fc.integer({ min: 1, max: 300 }) : fc.constant(1),
    timestamp,
    key: fc.option(text),
    value: fc.option(text),
    headers: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.tuple(text, fc.option(text)), { maxLength: 4 }) },
    ),
  })
  const base = fc.integer({ min: 0, max: 2 ** 50 })
  return fc.tuple(base, fc.array(record, { minLength: 1, maxLength: 90 })).map(([first, rows]) => {
    let offset = first - rows[0].step
    return rows.map(({ step, ...rest }) => {
      offset += step
      return { offset, ...rest }
    })
  })
}
