import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { LogHome } from '../../../connectors/log/home.ts'
import { PartitionCopy } from '../../../connectors/log/partition-copy.ts'
import { LogProducer } from '../../../connectors/log/producer.ts'
import { createTopic } from '../../../connectors/log/topic-store.ts'
import { AbortedTransactions } from '../../../engine/codec/record/aborted.ts'
import type { BatchOrigin } from '../../../engine/codec/record/write.ts'
import { RecordBatchBuilder } from '../../../engine/codec/record/write.ts'
import { RecordFeed } from '../../../engine/io/record-feed.ts'
import { controlBatch } from '../../support/control-batch.ts'

const producer = { producerId: 7, producerEpoch: 0, isTransactional: true }

/** Records with their offsets as values, which tell where they ought to be. */
function batch(baseOffset: number, count: number, origin: BatchOrigin = {}): Uint8Array {
  const builder = new RecordBatchBuilder()
  for (let k = 0; k < count; k++) builder.append(1000 + k, null, Buffer.from(`${baseOffset + k}`))
  return builder.build({ ...origin, baseOffset })
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'headrace-copy-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function copyInto(dir: string, end: number, action: (copy: PartitionCopy) => void): void {
  const target = LogProducer.open('events', { dir })
  try {
    action(new PartitionCopy(target, 0, end))
    target.commit()
  } finally {
    target.close()
  }
}

function chunkOf(batches: readonly Uint8Array[], aborted: AbortedTransactions = new AbortedTransactions([])) {
  const bytes = new Uint8Array(Buffer.concat(batches))
  return { bytes, start: 0, end: bytes.length, aborted }
}

/** Offset and value of each record, and the range of the partition. */
async function readBack(dir: string): Promise<{ start: number; end: number; records: string[] }> {
  const source = await new LogHome({ dir }).openSource('events', 0)
  const feed = new RecordFeed(source, 'events', 0)
  feed.seek(source.startOffset())
  const records: string[] = []
  while (await feed.fill()) {
    const { count, offset, bytes, valueStart, valueEnd } = feed.spans
    for (let i = 0; i < count; i++) {
      records.push(`${offset[i]}=${Buffer.from(bytes.subarray(valueStart[i], valueEnd[i]))}`)
    }
  }
  const [start, end] = [source.startOffset(), source.endOffset()]
  source.close()
  return { start, end, records }
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, k) => `${from + k}=${from + k}`)

test('records keep their offsets; gaps, marks and what was aborted leave room', async t => {
  const dir = folder(t)
  createTopic(dir, 'events', { partitions: 1, starts: [100] })
  const mark = { timestamp: 2000, producerId: 7, producerEpoch: 0 }
  const chunk = chunkOf(
    [
      batch(100, 3),
      batch(110, 2, producer),
      controlBatch('commit', { ...mark, baseOffset: 112 }),
      batch(113, 4, producer),
      controlBatch('abort', { ...mark, baseOffset: 117 }),
      batch(118, 2),
    ],
    new AbortedTransactions([{ producerId: 7, firstOffset: 113 }]),
  )
  copyInto(dir, 100, copy => {
    copy.take(chunk, Infinity)
    assert.equal(copy.position, 120)
    copy.fillTo(125)
    assert.deepEqual([copy.records, copy.end], [7, 125])
  })
  const expected = [...range(100, 103), ...range(110, 112), ...range(118, 120)]
  assert.deepEqual(await readBack(dir), { start: 100, end: 125, records: expected })
})

test('a second copy goes on where the first has ended, in the middle of what was aborted too', async t => {
  const dir = folder(t)
  createTopic(dir, 'events', { partitions: 1 })
  const aborted = () => new AbortedTransactions([{ producerId: 7, firstOffset: 3 }])
  const batches = [batch(0, 3), batch(3, 6, producer), batch(9, 1)]
  copyInto(dir, 0, copy => {
    copy.take(chunkOf(batches, aborted()), 5)
    copy.fillTo(5)
  })
  copyInto(dir, 5, copy => copy.take(chunkOf(batches, aborted()), Infinity))
  assert.deepEqual(await readBack(dir), { start: 0, end: 10, records: [...range(0, 3), '9=9'] })
})

test('a batch that begins before `until` comes whole, later ones do not', async t => {
  const dir = folder(t)
  createTopic(dir, 'events', { partitions: 1 })
  copyInto(dir, 0, copy => {
    copy.take(chunkOf([batch(0, 4), batch(4, 4), batch(8, 4)]), 6)
    assert.ok(copy.position >= 6)
  })
  assert.deepEqual((await readBack(dir)).records, range(0, 8))
})

test('gaps that no single batch could fill', async t => {
  const dir = folder(t)
  createTopic(dir, 'events', { partitions: 1 })
  const far = 2 ** 32 + 5
  copyInto(dir, 0, copy => copy.take(chunkOf([batch(0, 1), batch(far, 1)]), Infinity))
  assert.deepEqual(await readBack(dir), { start: 0, end: far + 1, records: ['0=0', `${far}=${far}`] })
})

test('a batch over what is copied already is of another topic of the same name', t => {
  const dir = folder(t)
  createTopic(dir, 'events', { partitions: 1 })
  copyInto(dir, 0, copy => {
    copy.take(chunkOf([batch(0, 4)]), Infinity)
    assert.throws(() => copy.take(chunkOf([batch(2, 9)]), Infinity), { code: 'HR_POSITION_LOST' })
  })
})

test('damage is found before it is copied', t => {
  const dir = folder(t)
  createTopic(dir, 'events', { partitions: 1 })
  const damaged = batch(0, 4)
  damaged[damaged.length - 1] ^= 1
  copyInto(dir, 0, copy => {
    assert.throws(() => copy.take(chunkOf([damaged]), Infinity), { code: 'HR_BATCH_CORRUPT' })
  })
})
