import { crc32c } from '@node-rs/crc32'
import { HeadraceError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { dataViewOf, readInt64 } from '../data-view.ts'

/*
 * The header of Kafka's record batch, format v2: 61 bytes before the records.
 *
 *   0 baseOffset int64       17 crc int32 (of 21 .. end)    43 producerId int64
 *   8 length int32           21 attributes int16            51 producerEpoch int16
 *  12 leaderEpoch int32      23 lastOffsetDelta int32       53 baseSequence int32
 *  16 magic int8             27 baseTimestamp int64         57 recordCount int32
 *                            35 maxTimestamp int64
 */
export const BATCH_HEADER_BYTES = 61
/** What precedes the part that the length counts. */
export const BATCH_PREFIX_BYTES = 12
export const BATCH_MAGIC = 2
/** Where the part that the checksum covers begins. */
export const CRC_START = 21

/** Timestamps are less than this away from 1970 (142,000 years), so that the difference of two is exact too. */
export const TIMESTAMP_LIMIT = 2 ** 52

export type TimestampType = 'create' | 'append'

export interface BatchHeader {
  /** Where in the bytes the batch begins. */
  at: number
  /** Whether the bytes hold all of it: Kafka cuts the last batch of a fetch off. If not, only `at` and `batchLength` are set. */
  complete: boolean
  /** Bytes from this batch to the next one; 0 if not even that much of it is there. */
  batchLength: number
  baseOffset: number
  partitionLeaderEpoch: number
  magic: number
  crc: number
  /** As in `codecs`, or a number that is none of them. */
  codec: number
  timestampType: TimestampType
  isTransactional: boolean
  isControl: boolean
  lastOffsetDelta: number
  baseTimestamp: number
  maxTimestamp: number
  producerId: number
  producerEpoch: number
  baseSequence: number
  recordCount: number
}

export function emptyBatchHeader(): BatchHeader {
  return {
    at: 0,
    complete: false,
    batchLength: 0,
    baseOffset: 0,
    partitionLeaderEpoch: -1,
    magic: BATCH_MAGIC,
    crc: 0,
    codec: 0,
    timestampType: 'create',
    isTransactional: false,
    isControl: false,
    lastOffsetDelta: 0,
    baseTimestamp: 0,
    maxTimestamp: 0,
    producerId: -1,
    producerEpoch: -1,
    baseSequence: -1,
    recordCount: 0,
  }
}

/**
 * Reads the header of the batch at `at`. Bytes that end within the batch give `complete: false`, also none at
 * all. Nothing but the length is judged before `checkBatch`.
 */
export function readBatchHeader(bytes: Uint8Array, at: number, into = emptyBatchHeader()): BatchHeader {
  const view = dataViewOf(bytes)
  const available = bytes.length - at
  into.at = at
  into.batchLength = 0
  into.complete = false
  if (available < BATCH_PREFIX_BYTES) return into
  into.batchLength = BATCH_PREFIX_BYTES + view.getInt32(at + 8)
  assertLength(bytes, view, into)
  into.complete = into.batchLength <= available
  if (!into.complete) return into
  const attributes = view.getInt16(at + 21)
  into.baseOffset = readInt64(view, at)
  into.partitionLeaderEpoch = view.getInt32(at + 12)
  into.magic = view.getInt8(at + 16)
  into.crc = view.getUint32(at + 17)
  into.codec = attributes & 7
  into.timestampType = (attributes & 8) === 0 ? 'create' : 'append'
  into.isTransactional = (attributes & 16) !== 0
  into.isControl = (attributes & 32) !== 0
  into.lastOffsetDelta = view.getInt32(at + 23)
  into.baseTimestamp = readInt64(view, at + 27)
  into.maxTimestamp = readInt64(view, at + 35)
  into.producerId = readInt64(view, at + 43)
  into.producerEpoch = view.getInt16(at + 51)
  into.baseSequence = view.getInt32(at + 53)
  into.recordCount = view.getInt32(at + 57)
  return into
}

/** A wrong length would otherwise read as a batch that is still to come, and be waited for without end. */
function assertLength(bytes: Uint8Array, view: DataView, header: BatchHeader): void {
  const { at, batchLength } = header
  const offset = readInt64(view, at)
  if (batchLength > limits.batchBytes) {
    const message = `a record batch of ${batchLength} bytes, more than ${limits.batchBytes}`
    throw new HeadraceError('HR_BATCH_TOO_LARGE', message, { offset })
  }
  if (batchLength >= BATCH_HEADER_BYTES) return
  const magic = bytes[at + 16]
  if (magic === 0 || magic === 1) throw new HeadraceError('HR_BATCH_CORRUPT', oldFormat(magic), { offset })
  const message = `a record batch of ${batchLength} bytes, less than its header has`
  throw new HeadraceError('HR_BATCH_CORRUPT', message, { offset })
}

/** Verifies magic, checksum and the header's own consistency. The batch must be complete. */
export function checkBatch(bytes: Uint8Array, header: BatchHeader): void {
  const { at, magic, batchLength, baseOffset } = header
  if (!header.complete || at + batchLength > bytes.length) throw corrupt(header, 'the batch is not complete')
  if (magic !== BATCH_MAGIC) {
    throw corrupt(header, magic === 0 || magic === 1 ? oldFormat(magic) : `unknown magic byte ${magic}`)
  }
  if (crc32c(bytes.subarray(at + CRC_START, at + batchLength)) !== header.crc) {
    throw corrupt(header, 'the checksum does not match')
  }
  if (baseOffset < 0 || !Number.isSafeInteger(baseOffset + header.lastOffsetDelta)) {
    throw corrupt(header, 'the base offset is out of range')
  }
  if (header.recordCount < 0 || header.lastOffsetDelta < header.recordCount - 1) {
    throw corrupt(header, `${header.recordCount} records up to offset delta ${header.lastOffsetDelta}`)
  }
  if (isOutOfRange(header.baseTimestamp) || isOutOfRange(header.maxTimestamp)) {
    throw corrupt(header, 'a timestamp is out of range')
  }
  if (!Number.isSafeInteger(header.producerId)) throw corrupt(header, 'the producer id is out of range')
}

export function corrupt(header: BatchHeader, message: string): HeadraceError {
  return new HeadraceError('HR_BATCH_CORRUPT', `a damaged record batch: ${message}`, {
    offset: header.baseOffset,
  })
}

function isOutOfRange(timestamp: number): boolean {
  return timestamp >= TIMESTAMP_LIMIT || timestamp <= -TIMESTAMP_LIMIT
}

function oldFormat(magic: number): string {
  return `message format v${magic} of before Kafka 0.11, which is not read`
}
