import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { PartitionReader } from '../../../connectors/log/partition-reader.ts'
import { PartitionWriter } from '../../../connectors/log/partition-writer.ts'
import type { WriterOptions } from '../../../connectors/log/writer-options.ts'
import { FailingFiles } from '../../support/failing-files.ts'
import { batchOf, codedError, partitionFor, readAll } from '../../support/log-partition.ts'

const size = batchOf(2, 20).length

/** Six segments of one batch of two records each, with timestamps 1000, 2000, ... */
function sixSegments(directory: string, options: WriterOptions): PartitionWriter {
  const writer = PartitionWriter.open(directory, { segmentBytes: 1, ...options })
  for (let count = 1; count <= 6; count++) writer.append(batchOf(2, 20, 1000 * count))
  return writer
}

test('segments whose newest record is too old go, from the first on', t => {
  const directory = partitionFor(t)
  const writer = sixSegments(directory, { retentionMs: 3000 })
  writer.commit()
  assert.equal(writer.applyRetention(5000), 1)
  assert.equal(writer.startOffset, 2)
  assert.equal(writer.applyRetention(5000), 0)
  assert.equal(writer.applyRetention(6001), 2)
  assert.equal(writer.applyRetention(1e9), 2)
  assert.equal(writer.startOffset, 10)
  assert.equal(writer.endOffset, 12)
  writer.close()
  const logs = fs.readdirSync(directory).filter(name => /^\d/.test(name))
  assert.equal(logs.length, 3)
})

test('a partition keeps at least the bytes it is to keep', t => {
  const directory = partitionFor(t)
  const writer = sixSegments(directory, { retentionBytes: 3 * size - 1 })
  writer.commit()
  assert.equal(writer.applyRetention(0), 3)
  writer.close()
  const again = PartitionWriter.open(directory, { segmentBytes: 1, retentionBytes: size })
  assert.equal(again.startOffset, 6)
  assert.equal(again.applyRetention(0), 2)
  again.close()
})

test('neither records that are not published nor records without time go by age', t => {
  const directory = partitionFor(t)
  const writer = PartitionWriter.open(directory, { segmentBytes: 1, retentionMs: 0 })
  for (const timestamp of [1000, 1000, -1, 1000]) writer.append(batchOf(2, 20, timestamp))
  assert.equal(writer.applyRetention(1e9), 0)
  writer.commit()
  assert.equal(writer.applyRetention(1e9), 2)
  writer.close()
})

test('retention knows the segments that truncation has left', t => {
  const directory = partitionFor(t)
  const writer = sixSegments(directory, { retentionBytes: 0 })
  writer.flush()
  writer.truncate(6)
  writer.truncate(4)
  writer.append(batchOf(2, 20))
  writer.append(batchOf(2, 20))
  writer.commit()
  assert.equal(writer.applyRetention(0), 3)
  assert.deepEqual([writer.startOffset, writer.endOffset], [6, 8])
  writer.close()
})

test('a reader in a removed segment is told so, and reads on from the new start', t => {
  const directory = partitionFor(t)
  const writer = sixSegments(directory, { retentionBytes: 2 * size })
  writer.commit()
  const reader = PartitionReader.open(directory)
  t.after(() => reader.close())
  assert.equal(reader.read(0, size).nextOffset, 2)
  writer.applyRetention(0)
  codedError(() => reader.read(2, size), 'HR_OFFSET_EXPIRED')
  assert.equal(reader.startOffset(), 8)
  assert.equal(readAll(reader).length, 2 * size)
  assert.equal(reader.offsetForTime(0), 8)
  writer.close()
})

test('a retention that a crash cut short is ended by the next writer', t => {
  const directory = partitionFor(t)
  const files = new FailingFiles()
  const writer = sixSegments(directory, { retentionBytes: 0, files })
  writer.commit()
  const kept = fs.readdirSync(directory).filter(name => name.endsWith('.log'))
  files.remove = () => {
    throw Object.assign(new Error('injected'), { code: 'EIO' })
  }
  codedError(() => writer.applyRetention(0), 'HR_LOG_IO')
  writer.close()
  assert.deepEqual(
    fs.readdirSync(directory).filter(name => name.endsWith('.log')),
    kept,
  )
  const again = PartitionWriter.open(directory)
  assert.deepEqual([again.startOffset, again.endOffset], [10, 12])
  again.close()
  assert.deepEqual(
    fs.readdirSync(directory).filter(name => name.endsWith('.log')),
    [path.basename(kept[5])],
  )
})
