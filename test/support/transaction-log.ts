import fc from 'fast-check'
import type { Codec } from '../../engine/codec/compression/compression.ts'
import { codecs } from '../../engine/codec/compression/compression.ts'
import type { AbortedTransaction } from '../../engine/codec/record/aborted.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import { controlBatch } from './control-batch.ts'

/** What producers do, one after the other, in one partition. Producer 0 writes without transactions. */
export type Act =
  | { readonly kind: 'write'; readonly producer: number; readonly records: number; readonly codec: Codec }
  | { readonly kind: 'commit' | 'abort'; readonly producer: number }

export const actsArbitrary: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('write' as const),
        producer: fc.integer({ min: 0, max: 3 }),
        records: fc.integer({ min: 1, max: 3 }),
        codec: fc.constantFrom(codecs.none, codecs.none, codecs.gzip, codecs.lz4),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('commit' as const, 'abort' as const),
        producer: fc.integer({ min: 1, max: 3 }),
      }),
    },
  ),
  { maxLength: 60, size: 'max' },
)

export interface LoggedBatch {
  readonly bytes: Uint8Array
  readonly baseOffset: number
  readonly nextOffset: number
}

/** A transaction as it looks to somebody who sees the whole log. */
interface Transaction {
  readonly producer: number
  readonly offsets: number[]
  end?: { readonly offset: number; readonly committed: boolean }
}

/** The partition that comes of it, and which of its records count, found by looking at the whole of it. */
export class TransactionLog {
  readonly batches: LoggedBatch[] = []
  readonly #transactions: Transaction[] = []
  readonly #plain: number[] = []
  #end = 0

  constructor(acts: readonly Act[]) {
    for (const act of acts) {
      if (act.kind === 'write') this.#write(act.producer, act.records, act.codec)
      else this.#finish(act.producer, act.kind)
    }
  }

  get lastStableOffset(): number {
    const open = this.#transactions.filter(({ end }) => end === undefined)
    return Math.min(this.#end, ...open.map(({ offsets }) => offsets[0]))
  }

  /** The offsets of all records that a reader from `start` on is to see. */
  visible(start: number): number[] {
    const committed = this.#transactions.filter(({ end }) => end?.committed)
    return [...this.#plain, ...committed.flatMap(({ offsets }) => offsets)]
      .filter(offset => offset >= start && offset < this.lastStableOffset)
      .sort((a, b) => a - b)
  }

  /** As a broker tells them with the records from `start` up to `end`: in the order in which they ended. */
  abortedBetween(start: number, end: number): AbortedTransaction[] {
    return this.#transactions
      .flatMap(({ producer, offsets, end: mark }) =>
        mark === undefined || mark.committed ? [] : { producer, first: offsets[0], last: mark.offset },
      )
      .filter(({ first, last }) => last >= start && first < end)
      .sort((a, b) => a.last - b.last)
      .map(({ producer, first }) => ({ producerId: producer, firstOffset: first }))
  }

  #write(producer: number, records: number, codec: Codec): void {
    const builder = new RecordBatchBuilder()
    const offsets = Array.from({ length: records }, (_, k) => this.#end + k)
    for (const offset of offsets) builder.append(1000, null, Buffer.from(`record ${offset}`))
    const isTransactional = producer !== 0
    const producerId = isTransactional ? producer : -1
    this.#add(builder.build({ baseOffset: this.#end, producerId, isTransactional, codec }), records)
    if (!isTransactional) this.#plain.push(...offsets)
    else {
      const open = this.#openOf(producer)
      if (open !== undefined) open.offsets.push(...offsets)
      else this.#transactions.push({ producer, offsets })
    }
  }

  /** A transaction may also end in a partition that it has not written to. */
  #finish(producer: number, kind: 'commit' | 'abort'): void {
    const offset = this.#end
    const open = this.#openOf(producer)
    if (open !== undefined) open.end = { offset, committed: kind === 'commit' }
    const mark = { timestamp: 1000, producerId: producer, producerEpoch: 0, baseOffset: offset }
    this.#add(controlBatch(kind, mark), 1)
  }

  #openOf(producer: number): Transaction | undefined {
    return this.#transactions.find(one => one.producer === producer && one.end === undefined)
  }

  #add(bytes: Uint8Array, records: number): void {
    this.batches.push({ bytes, baseOffset: this.#end, nextOffset: this.#end + records })
    this.#end += records
  }
}
