import { crc32c } from '@node-rs/crc32'
import type { Codec } from '../compression/compression.ts'
import { codecs, compress } from '../compression/compression.ts'
import { dataViewOf, writeInt64 } from '../data-view.ts'
import { BATCH_HEADER_BYTES, BATCH_PREFIX_BYTES, CRC_START } from './batch.ts'

/** Who sends a batch, and as the how manieth record of a partition its first one. */
export interface BatchSender {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly isTransactional: boolean
}

const CODEC_BITS = 7
const TRANSACTIONAL_BIT = 16

/** A copy of a finished batch that is not compressed, stamped by its sender, its records compressed. */
export function stampBatch(batch: Uint8Array, sender: BatchSender, codec: Codec = codecs.none): Uint8Array {
  const stamped = copyOf(batch, codec)
  const view = dataViewOf(stamped)
  // It may come from a log, with a place there: brokers take only batches without one.
  writeInt64(view, 0, 0)
  view.setInt32(8, stamped.length - BATCH_PREFIX_BYTES)
  const kept = view.getInt16(21) & ~(CODEC_BITS | TRANSACTIONAL_BIT)
  view.setInt16(21, kept | codec | (sender.isTransactional ? TRANSACTIONAL_BIT : 0))
  writeInt64(view, 43, sender.producerId)
  view.setInt16(51, sender.producerEpoch)
  view.setInt32(53, sender.baseSequence)
  view.setUint32(17, crc32c(stamped.subarray(CRC_START)))
  return stamped
}

function copyOf(batch: Uint8Array, codec: Codec): Uint8Array {
  if (codec === codecs.none) return Buffer.from(batch)
  const body = compress(codec, batch.subarray(BATCH_HEADER_BYTES))
  const copy = Buffer.allocUnsafe(BATCH_HEADER_BYTES + body.length)
  copy.set(batch.subarray(0, BATCH_HEADER_BYTES))
  copy.set(body, BATCH_HEADER_BYTES)
  return copy
}

export function recordCountOf(batch: Uint8Array): number {
  return dataViewOf(batch).getInt32(57)
}
