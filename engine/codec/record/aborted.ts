import type { BatchHeader } from './batch.ts'
import { BATCH_HEADER_BYTES } from './batch.ts'
import { readControlType } from './control.ts'
import { RecordSpans, scanRecords } from './scan.ts'

/** A producer's transaction that came to nothing, as a broker lists it: its end is the abort mark in the log. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

/**
 * Tells which batches of a stretch of the log belong to aborted transactions. It is made of the list that came
 * with the stretch, which also names those that began before it or end behind it, and is asked of every batch in
 * order, the control batches too. The same batch may be asked of again.
 */
export class AbortedTransactions {
  readonly #list: readonly AbortedTransaction[]
  /** Of the list, how many have begun. */
  #begun = 0
  /** Producers whose transaction at this place of the log is an aborted one. */
  readonly #aborting = new Set<number>()

  /** Brokers list them by their ends. */
  constructor(list: readonly AbortedTransaction[]) {
    this.#list = list.toSorted((a, b) => a.firstOffset - b.firstOffset)
  }

  /** Whether the records of the batch, which has been checked, were never committed. */
  covers(bytes: Uint8Array, header: BatchHeader): boolean {
    this.#beginUpTo(header.baseOffset + header.lastOffsetDelta)
    const { producerId } = header
    if (!header.isTransactional || !this.#aborting.has(producerId)) return false
    if (header.isControl && isAbort(bytes, header)) this.#aborting.delete(producerId)
    return !header.isControl
  }

  #beginUpTo(offset: number): void {
    const list = this.#list
    while (this.#begun < list.length && list[this.#begun].firstOffset <= offset) {
      this.#aborting.add(list[this.#begun++].producerId)
    }
  }
}

const marks = new RecordSpans()

/** Kafka never compresses control batches. */
function isAbort(bytes: Uint8Array, header: BatchHeader): boolean {
  marks.clear()
  scanRecords(bytes, header, header.at + BATCH_HEADER_BYTES, header.at + header.batchLength, 0, marks)
  return marks.count > 0 && readControlType(marks, 0) === 'abort'
}
