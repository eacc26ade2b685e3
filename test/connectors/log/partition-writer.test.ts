import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { PartitionReader } from '../../../connectors/log/partition-reader.ts'
import { PartitionWriter } from '../../../connectors/log/partition-writer.ts'
import { checkBatch, emptyBatchHeader, readBatchHeader } from '../../../engine/codec/record/batch.ts'
import { FailingFiles } from '../../support/failing-files.ts'
import { batchOf, codedError, partitionFor, readAll } from '../../support/log-partition.ts'

test('appended batches get offsets one after the other, and stay as valid as they were', t => {
  const directory = partitionFor(t)
  const writer = PartitionWriter.open(directory)
  assert.equal(writer.append(Buffer.concat([batchOf(3), batchOf(2)])), 0)
  assert.equal(writer.append(batchOf(4)), 5)
  assert.equal(writer.append(new Uint8Array(0)), 9)
  assert.equal(writer.commit(), 9)
  writer.close()
  const reader = PartitionReader.open(directory)
  const bytes = readAll(reader)
  reader.close()
  const bases: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const header = readBatchHeader(bytes, at, emptyBatchHeader())
    checkBatch(bytes, header)
    bases.push(header.baseOffset)
    at += header.batchLength
  }
  assert.deepEqual(bases, [0, 3, 5])
})

test('the files are those of Kafka: names, batches behind each other, index entries', t => {
  const directory = partitionFor(t)
  const writer = PartitionWriter.open(directory, { segmentBytes: 1000, indexIntervalBytes: 100 })
  const batch = batchOf(2, 100, 7000)
  for (let count = 0; count < 5; count++) writer.append(batch)
  writer.commit()
  writer.close()
  const names = fs.readdirSync(directory).filter(name => /^\d/.test(name))
  const perSegment = Math.floor(1000 / batch.length)
  const second = String(perSegment * 2).padStart(20, '0')
  assert.deepEqual(names.slice(0, 4), [
    '00000000000000000000.index',
    '00000000000000000000.log',
    '00000000000000000000.timeindex',
    `${second}.index`,
  ])
  const first = fs.readFileSync(path.join(directory, '00000000000000000000.index'))
  assert.deepEqual([first.readInt32BE(0), first.readInt32BE(4)], [3, batch.length])
  const times = fs.readFileSync(path.join(directory, '00000000000000000000.timeindex'))
  assert.deepEqual([times.readBigInt64BE(0), times.readInt32BE(8), times.length], [7000n, 1, 12])
})

test('what is not published is not seen, and what is cut off is gone', t => {
  const directory = partitionFor(t)
  const writer = PartitionWriter.open(directory)
  const reader = PartitionReader.open(directory)
  t.after(() => reader.close())
  writer.append(batchOf(3))
  const end = writer.flush()
  writer.append(batchOf(5))
  writer.flush()
  assert.equal(reader.endOffset(), 0)
  writer.publish(end)
  assert.equal(reader.endOffset(), 3)
  writer.truncate(3)
  assert.equal(writer.endOffset, 3)
  codedError(() => writer.truncate(0), 'HR_LOG_PUBLISHED')
  codedError(() => writer.truncate(4), 'HR_LOG_CORRUPT')
  codedError(() => writer.publish(4), 'HR_INTERNAL')
  codedError(() => writer.publish(2), 'HR_INTERNAL')
  writer.append(batchOf(2))
  writer.flush()
  codedError(() => writer.truncate(4), 'HR_INTERNAL')
  assert.equal(writer.commit(), 5)
  writer.close()
  codedError(() => writer.append(batchOf(1)), 'HR_INTERNAL')
})

test('bytes that are no whole batches change nothing', t => {
  const directory = partitionFor(t)
  const writer = PartitionWriter.open(directory)
  t.after(() => writer.close())
  const good = batchOf(2)
  const wrongFormat = Buffer.from(good)
  wrongFormat[16] = 1
  for (const bad of [
    good.subarray(0, 30),
    good.subarray(0, good.length - 1),
    wrongFormat,
    Buffer.alloc(100),
  ]) {
    codedError(() => writer.append(Buffer.concat([good, bad])), 'HR_LOG_BATCH')
  }
  assert.equal(writer.append(good), 0)
  assert.equal(writer.commit(), 2)
})

test('a batch larger than a segment gets a segment of its own', t => {
  const directory = partitionFor(t)
  const writer = PartitionWriter.open(directory, { segmentBytes: 300 })
  const batches = [batchOf(1, 10), batchOf(1, 5000), batchOf(1, 10)]
  for (const batch of batches) writer.append(batch)
  writer.commit()
  writer.close()
  const reader = PartitionReader.open(directory)
  t.after(() => reader.close())
  assert.equal(readAll(reader, 0, 100).length, Buffer.concat(batches).length)
  assert.equal(fs.readdirSync(directory).filter(name => name.endsWith('.log')).length, 3)
})

test('a full disk is a coded error, stops the writer, and loses nothing that was committed', t => {
  const size = batchOf(4, 50).length
  for (let room = 0; room < 3 * size; room += 37) {
    const directory = partitionFor(t)
    const files = new FailingFiles()
    const writer = PartitionWriter.open(directory, { files, segmentBytes: 2 * size })
    writer.append(batchOf(4, 50))
    writer.commit()
    files.failAfter(room)
    codedError(() => {
      for (;;) {
        writer.append(batchOf(4, 50))
        writer.flush()
      }
    }, 'HR_DISK_FULL')
    codedError(() => writer.append(batchOf(1)), 'HR_DISK_FULL')
    codedError(() => writer.commit(), 'HR_DISK_FULL')
    writer.close()
    const again = PartitionWriter.open(directory)
    assert.equal(again.publishedEnd, 4)
    assert.ok(again.endOffset >= 4)
    again.truncate(4)
    assert.equal(again.append(batchOf(1)), 4)
    assert.equal(again.commit(), 5)
    again.close()
  }
})

test('other failures of the file system are HR_LOG_IO, a missing directory HR_LOG_MISSING', t => {
  const directory = partitionFor(t)
  const files = new FailingFiles()
  const writer = PartitionWriter.open(directory, { files, fsync: 'always' })
  files.failAfter(10, 'EIO')
  const error = codedError(() => writer.append(batchOf(1)), 'HR_LOG_IO')
  assert.equal(error.place.topic, 'clicks')
  assert.equal(error.place.partition, 3)
  writer.close()
  codedError(() => PartitionWriter.open(path.join(directory, 'nowhere')), 'HR_LOG_MISSING')
  codedError(() => PartitionReader.open(path.join(directory, 'nowhere')), 'HR_LOG_MISSING')
})

test('options out of range are refused before anything is touched', t => {
  const directory = partitionFor(t)
  for (const options of [{ segmentBytes: 0 }, { segmentBytes: 2 ** 31 }, { indexIntervalBytes: -1 }]) {
    codedError(() => PartitionWriter.open(directory, options), 'HR_CONFIG_INVALID')
  }
  assert.deepEqual(fs.readdirSync(directory), [])
})
