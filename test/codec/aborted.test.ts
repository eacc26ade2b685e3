import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codecs } from '../../engine/codec/compression/compression.ts'
import { AbortedTransactions } from '../../engine/codec/record/aborted.ts'
import type { PartitionSource, RawChunk } from '../../engine/home.ts'
import { RecordFeed } from '../../engine/io/record-feed.ts'
import { limits, setLimits } from '../../engine/limits.ts'
import { assertProperty } from '../support/property.ts'
import type { Act } from '../support/transaction-log.ts'
import { actsArbitrary, TransactionLog } from '../support/transaction-log.ts'

const write = (producer: number, records = 1): Act => ({
  kind: 'write',
  producer,
  records,
  codec: codecs.none,
})
const commit = (producer: number): Act => ({ kind: 'commit', producer })
const abort = (producer: number): Act => ({ kind: 'abort', producer })

/** Answers as a broker does: whole batches up to the last stable offset, the last one cut off where the bytes end. */
class CutSource implements PartitionSource {
  readonly #log: TransactionLog
  readonly #sizes: Iterator<number>
  #position = 0

  constructor(log: TransactionLog, sizes: Iterable<number>) {
    this.#log = log
    this.#sizes = sizes[Symbol.iterator]()
  }

  poll(): RawChunk | null {
    const start = this.#position
    const stable = this.#log.lastStableOffset
    const batches = this.#log.batches.filter(b => b.nextOffset > start && b.baseOffset < stable)
    if (batches.length === 0) return null
    const size = Math.max(batches[0].bytes.length, this.#sizes.next().value)
    const bytes = Buffer.concat(batches.map(batch => batch.bytes)).subarray(0, size)
    let whole = 0
    for (const batch of batches) {
      whole += batch.bytes.length
      if (whole <= bytes.length) this.#position = batch.nextOffset
    }
    const aborted = this.#log.abortedBetween(start, batches[batches.length - 1].nextOffset)
    return { bytes, start: 0, end: bytes.length, aborted: new AbortedTransactions(aborted) }
  }

  seek(offset: number): void {
    this.#position = offset
  }

  startOffset(): number {
    return 0
  }

  endOffset(): number {
    return this.#log.lastStableOffset
  }

  async changed(): Promise<void> {}

  close(): void {}
}

/** The offsets that a reader sees, some rows at a time and with a rest at each of `stops`. */
async function read(feed: RecordFeed, start: number, stops: readonly number[] = []): Promise<number[]> {
  const found: number[] = []
  feed.seek(start)
  for (const until of [...stops, Number.POSITIVE_INFINITY]) {
    feed.until = until
    while (await feed.fill()) {
      found.push(...feed.spans.offset.subarray(0, feed.spans.count))
      assert.ok(feed.position <= until)
    }
  }
  return found
}

function* always(size: number): Generator<number> {
  for (;;) yield size
}

async function check(acts: readonly Act[], size = 1 << 20): Promise<number[]> {
  const log = new TransactionLog(acts)
  const all = log.visible(0)
  for (let start = 0; start <= log.lastStableOffset; start++) {
    const feed = new RecordFeed(new CutSource(log, always(size)), 'in', 0)
    assert.deepEqual(
      await read(feed, start),
      all.filter(offset => offset >= start),
    )
    assert.equal(feed.position, log.lastStableOffset)
  }
  return all
}

test('records of an aborted transaction are passed over, and those of the next one are not', async () => {
  assert.deepEqual(await check([write(1, 2), abort(1), write(1), commit(1), write(0)]), [3, 5])
})

test('several aborted transactions of one producer, also in a row', async () => {
  const acts = [write(1), abort(1), write(1), abort(1), write(1), commit(1), write(1), abort(1), write(0)]
  assert.deepEqual(await check(acts), [4, 8])
})

test('producers whose transactions interleave', async () => {
  const acts = [write(1), write(2), write(0), write(1), abort(1), write(1), write(2), commit(2), commit(1)]
  assert.deepEqual(await check(acts), [1, 2, 5, 6])
})

test('the mark that ends it comes with a later answer', async () => {
  assert.deepEqual(await check([write(1), write(2), write(1), commit(2), write(1), abort(1)], 1), [1])
})

test('a transaction without an end holds back what lies behind it', async () => {
  assert.deepEqual(await check([write(0), write(1), abort(1), write(2), write(0), write(1), abort(1)]), [0])
})

test('an end without records concerns nobody', async () => {
  assert.deepEqual(await check([abort(1), write(1), commit(1), abort(1), write(0)]), [1, 4])
})

test('whatever producers do and wherever answers are cut, a reader sees what was committed', async t => {
  const rows = limits.batchRows
  t.after(() => setLimits({ batchRows: rows }))
  const offset = fc.nat(150)
  const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 1500 }))
  await assertProperty(
    fc.asyncProperty(
      fc.record({ acts: actsArbitrary, start: offset, sizes, stops: fc.array(offset, { maxLength: 4 }) }),
      fc.integer({ min: 1, max: 20 }),
      async ({ acts, start, sizes, stops }, batchRows) => {
        setLimits({ batchRows })
        const log = new TransactionLog(acts)
        const from = Math.min(start, log.lastStableOffset)
        const feed = new RecordFeed(new CutSource(log, sizes), 'in', 0)
        const rising = stops.toSorted((a, b) => a - b)
        assert.deepEqual(await read(feed, from, rising), log.visible(from))
        assert.equal(feed.position, log.lastStableOffset)
      },
    ),
    400,
  )
})
