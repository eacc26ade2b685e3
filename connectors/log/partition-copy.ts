import {
  BATCH_HEADER_BYTES,
  checkBatch,
  emptyBatchHeader,
  readBatchHeader,
} from '../../engine/codec/record/batch.ts'
import { writeBatchHeader } from '../../engine/codec/record/write.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { RawChunk } from '../../engine/home.ts'
import type { LogProducer } from './producer.ts'

/** A batch says in 31 bits how many offsets it takes up. */
const longestGap = 2 ** 30

/**
 * Copies a partition of another log, each batch at the offsets that it has there. What was never committed, marks
 * of transactions, and what is missing there are left out: batches without records take their place.
 */
export class PartitionCopy {
  /** Up to where it is copied. */
  end: number
  /** Up to where it was looked at: behind the end there is nothing to copy. */
  position: number
  records = 0
  bytes = 0
  readonly #producer: LogProducer
  readonly #partition: number
  readonly #header = emptyBatchHeader()
  /** Event or broker time reached, for the batches without records. */
  #time = 0

  /** Goes on where the partition ends. */
  constructor(producer: LogProducer, partition: number, end: number) {
    this.#producer = producer
    this.#partition = partition
    this.end = end
    this.position = end
  }

  /** Copies the batches of a chunk that begin before `until`, whole. */
  take({ bytes, start, end, aborted }: RawChunk, until: number): void {
    const header = this.#header
    for (let at = start; at < end; at += header.batchLength) {
      readBatchHeader(bytes, at, header)
      if (!header.complete || at + header.batchLength > end) return
      checkBatch(bytes, header)
      const next = header.baseOffset + header.lastOffsetDelta + 1
      this.position = Math.max(this.position, next)
      if (header.baseOffset >= until) return
      const isUncommitted = aborted?.covers(bytes, header) ?? false
      this.#time = Math.max(this.#time, header.maxTimestamp)
      if (header.isControl || isUncommitted || header.recordCount === 0 || next <= this.end) continue
      this.#copy(bytes.subarray(at, at + header.batchLength))
    }
  }

  /** Nothing is to be copied before this offset any more. */
  fillTo(offset: number): void {
    while (this.end < offset) {
      const count = Math.min(offset - this.end, longestGap)
      this.#producer.append(this.#partition, withoutRecords(count, this.#time))
      this.end += count
    }
  }

  #copy(batch: Uint8Array): void {
    const { baseOffset, lastOffsetDelta, recordCount } = this.#header
    if (baseOffset < this.end) {
      const message = `a batch begins at offset ${baseOffset}, but up to ${this.end} there is a copy already: of a topic that was deleted since, and made anew`
      throw new HeadraceError('HR_POSITION_LOST', message, {
        topic: this.#producer.topic,
        partition: this.#partition,
      })
    }
    this.fillTo(baseOffset)
    this.#producer.append(this.#partition, batch)
    this.end = baseOffset + lastOffsetDelta + 1
    this.records += recordCount
    this.bytes += batch.length
  }
}

function withoutRecords(offsets: number, time: number): Uint8Array {
  const batch = new Uint8Array(BATCH_HEADER_BYTES)
  writeBatchHeader(batch, 0, {
    end: batch.length,
    recordCount: 0,
    lastOffsetDelta: offsets - 1,
    baseTimestamp: time,
    maxTimestamp: time,
  })
  return batch
}
