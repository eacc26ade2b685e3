import { crc32c } from '@node-rs/crc32'
import { HeadraceError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { Codec } from '../compression/compression.ts'
import { codecs, compress } from '../compression/compression.ts'
import { dataViewOf, writeInt64 } from '../data-view.ts'
import { varintLength, varlongLength, writeVarint, writeVarlong } from '../varint.ts'
import type { TimestampType } from './batch.ts'
import { BATCH_HEADER_BYTES, BATCH_MAGIC, BATCH_PREFIX_BYTES, CRC_START, TIMESTAMP_LIMIT } from './batch.ts'
import type { RecordHeader } from './headers.ts'

/** What only the writer of a batch decides; without a producer id the batch is not idempotent. */
export interface BatchOrigin {
  readonly baseOffset?: number
  readonly partitionLeaderEpoch?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly isTransactional?: boolean
}

export interface BatchFields extends BatchOrigin {
  /** Where the batch ends, and the part that the checksum covers. */
  readonly end: number
  readonly recordCount: number
  /** That of the last record less that of the first: `recordCount - 1` unless records are missing. */
  readonly lastOffsetDelta?: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly timestampType?: TimestampType
  readonly codec?: Codec
  readonly isControl?: boolean
}

/** Writes the header of a batch whose records lie from `at + BATCH_HEADER_BYTES` to `fields.end`. */
export function writeBatchHeader(bytes: Uint8Array, at: number, fields: BatchFields): void {
  const { end, recordCount, codec = codecs.none, timestampType = 'create' } = fields
  assertBatchBytes(end - at)
  const view = dataViewOf(bytes)
  writeInt64(view, at, fields.baseOffset ?? 0)
  view.setInt32(at + 8, end - at - BATCH_PREFIX_BYTES)
  view.setInt32(at + 12, fields.partitionLeaderEpoch ?? -1)
  view.setInt8(at + 16, BATCH_MAGIC)
  const flags =
    (timestampType === 'append' ? 8 : 0) | (fields.isTransactional ? 16 : 0) | (fields.isControl ? 32 : 0)
  view.setInt16(at + 21, codec | flags)
  view.setInt32(at + 23, fields.lastOffsetDelta ?? recordCount - 1)
  writeInt64(view, at + 27, fields.baseTimestamp)
  writeInt64(view, at + 35, fields.maxTimestamp)
  writeInt64(view, at + 43, fields.producerId ?? -1)
  view.setInt16(at + 51, fields.producerEpoch ?? -1)
  view.setInt32(at + 53, fields.baseSequence ?? -1)
  view.setInt32(at + 57, recordCount)
  view.setUint32(at + 17, crc32c(bytes.subarray(at + CRC_START, end)))
}

/** Gives a finished batch its place in a log, which its checksum leaves out. */
export function setBaseOffset(bytes: Uint8Array, at: number, baseOffset: number): void {
  writeInt64(dataViewOf(bytes), at, baseOffset)
}

function assertBatchBytes(length: number): void {
  if (length <= limits.batchBytes) return
  throw new HeadraceError('HR_BATCH_TOO_LARGE', `a batch of ${length} bytes, more than ${limits.batchBytes}`)
}

export interface BuildOptions extends BatchOrigin {
  readonly codec?: Codec
  readonly isControl?: boolean
}

/** Puts single records together to a batch. Where whole columns are written, generated encoders are faster. */
export class RecordBatchBuilder {
  count = 0
  #bytes: Uint8Array
  #end = BATCH_HEADER_BYTES
  #baseTimestamp = 0
  #maxTimestamp = 0

  constructor(capacity = 16 << 10) {
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(capacity, BATCH_HEADER_BYTES))
  }

  /** Bytes of the batch so far, before compression. */
  get byteLength(): number {
    return this.#end
  }

  append(
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly RecordHeader[] = [],
  ): void {
    if (!Number.isInteger(timestamp) || Math.abs(timestamp) >= TIMESTAMP_LIMIT) {
      throw new HeadraceError('HR_TIMESTAMP_RANGE', `a record with timestamp ${timestamp}`)
    }
    if (this.count === 0) {
      this.#baseTimestamp = timestamp
      this.#maxTimestamp = timestamp
    }
    const timestampDelta = timestamp - this.#baseTimestamp
    const length =
      1 +
      varlongLength(timestampDelta) +
      varintLength(this.count) +
      nullableLength(key) +
      nullableLength(value) +
      headersLength(headers)
    this.#reserve(varintLength(length) + length)
    const bytes = this.#bytes
    let at = writeVarint(bytes, this.#end, length)
    bytes[at++] = 0
    at = writeVarlong(bytes, at, timestampDelta)
    at = writeVarint(bytes, at, this.count)
    at = writeNullable(bytes, at, key)
    at = writeNullable(bytes, at, value)
    this.#end = writeHeaders(bytes, at, headers)
    this.#maxTimestamp = Math.max(this.#maxTimestamp, timestamp)
    this.count++
  }

  /** The finished batch. The builder gives its buffer away with it and is empty again. */
  build(options: BuildOptions = {}): Uint8Array {
    if (this.count === 0) throw new HeadraceError('HR_INTERNAL', 'a batch without records')
    const { codec = codecs.none } = options
    const plain = this.#bytes.subarray(0, this.#end)
    const batch = codec === codecs.none ? plain : compressed(plain, codec)
    writeBatchHeader(batch, 0, {
      ...options,
      end: batch.length,
      recordCount: this.count,
      baseTimestamp: this.#baseTimestamp,
      maxTimestamp: this.#maxTimestamp,
    })
    if (batch === plain) this.#bytes = Buffer.allocUnsafeSlow(this.#bytes.length)
    this.#end = BATCH_HEADER_BYTES
    this.count = 0
    return batch
  }

  #reserve(more: number): void {
    const needed = this.#end + more
    if (needed <= this.#bytes.length) return
    assertBatchBytes(needed)
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#end))
    this.#bytes = larger
  }
}

function compressed(plain: Uint8Array, codec: Codec): Uint8Array {
  const body = compress(codec, plain.subarray(BATCH_HEADER_BYTES))
  const batch = Buffer.allocUnsafeSlow(BATCH_HEADER_BYTES + body.length)
  batch.set(body, BATCH_HEADER_BYTES)
  return batch
}

function nullableLength(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintLength(bytes.length) + bytes.length
}

function writeNullable(bytes: Uint8Array, at: number, part: Uint8Array | null): number {
  if (part === null) return writeVarint(bytes, at, -1)
  const start = writeVarint(bytes, at, part.length)
  bytes.set(part, start)
  return start + part.length
}

function headersLength(headers: readonly RecordHeader[]): number {
  let length = varintLength(headers.length)
  for (const { key, value } of headers) {
    const keyLength = Buffer.byteLength(key)
    length += varintLength(keyLength) + keyLength + nullableLength(value)
  }
  return length
}

function writeHeaders(bytes: Uint8Array, start: number, headers: readonly RecordHeader[]): number {
  let at = writeVarint(bytes, start, headers.length)
  for (const { key, value } of headers) {
    at = writeNullable(bytes, at, Buffer.from(key))
    at = writeNullable(bytes, at, value)
  }
  return at
}
