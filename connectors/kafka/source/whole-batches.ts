import {
  BATCH_HEADER_BYTES,
  BATCH_MAGIC,
  checkBatch,
  corrupt,
  emptyBatchHeader,
  readBatchHeader,
} from '../../../engine/codec/record/batch.ts'
import type { HeadraceError } from '../../../engine/errors.ts'
import { isHeadraceError } from '../../../engine/errors.ts'

/** What is to be read of fetched records, as the headers of the batches tell. */
export interface WholeBatches {
  /** Where the last whole batch ends: the one behind it was cut off. */
  readonly end: number
  /** The offset behind them. */
  readonly next: number
  /** The leader's epoch when the last of them was written; -1 if there is none. */
  readonly epoch: number
  /** What lies behind them is no batch. */
  readonly damage?: HeadraceError
}

const header = emptyBatchHeader()

/** Looks at the batches in `bytes` from `start` to `end`, of which a reader wants the records from `position` on. */
export function wholeBatches(bytes: Uint8Array, start: number, end: number, position: number): WholeBatches {
  let at = start
  let next = position
  let epoch = -1
  try {
    while (at + BATCH_HEADER_BYTES <= end) {
      readBatchHeader(bytes, at, header)
      if (!header.complete || at + header.batchLength > end) break
      if (header.magic !== BATCH_MAGIC) checkBatch(bytes, header)
      const behind = header.baseOffset + header.lastOffsetDelta + 1
      // Where nothing is new the same would be asked for again, without end.
      if (behind <= next) throw corrupt(header, `it ends before offset ${next}, where it was to go on`)
      next = behind
      epoch = header.partitionLeaderEpoch
      at += header.batchLength
    }
  } catch (error) {
    if (!isHeadraceError(error)) throw error
    return { end: at, next, epoch, damage: error }
  }
  return { end: at, next, epoch }
}
