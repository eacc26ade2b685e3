import { crc32c } from '@node-rs/crc32'
import { dataViewOf, readInt64, writeInt64 } from '../../engine/codec/data-view.ts'
import {
  BATCH_HEADER_BYTES,
  BATCH_MAGIC,
  BATCH_PREFIX_BYTES,
  CRC_START,
} from '../../engine/codec/record/batch.ts'
import { limits } from '../../engine/limits.ts'

/**
 * The few header fields of a record batch that storage needs, read without the rest of the batch; one object
 * is moved over many batches.
 */
export class BatchFrame {
  size = 0
  baseOffset = 0
  lastOffset = 0
  maxTimestamp = 0

  /** Reads the header at `at`, of which 61 bytes must be there; returns what is wrong with it, if anything. */
  read(view: DataView, at: number): string | undefined {
    const size = BATCH_PREFIX_BYTES + view.getInt32(at + 8)
    const lastOffsetDelta = view.getInt32(at + 23)
    if (view.getInt8(at + 16) !== BATCH_MAGIC) return 'no record batch of format v2'
    if (size < BATCH_HEADER_BYTES) return `a record batch of ${size} bytes, less than its header has`
    if (size > limits.batchBytes) return `a record batch of ${size} bytes, more than ${limits.batchBytes}`
    if (lastOffsetDelta < 0) return `a record batch with last offset delta ${lastOffsetDelta}`
    this.size = size
    this.baseOffset = readInt64(view, at)
    this.lastOffset = this.baseOffset + lastOffsetDelta
    this.maxTimestamp = Math.min(readInt64(view, at + 35), Number.MAX_SAFE_INTEGER)
    return undefined
  }
}

/** Gives a batch its place in the log; its checksum does not cover these fields. */
export function placeBatch(view: DataView, at: number, baseOffset: number): void {
  writeInt64(view, at, baseOffset)
  view.setInt32(at + 12, 0)
}

/** Whether a whole batch is as it was encoded. */
export function checksumHolds(batch: Uint8Array): boolean {
  return crc32c(batch.subarray(CRC_START)) === dataViewOf(batch).getUint32(17)
}
