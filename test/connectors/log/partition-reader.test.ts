import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { PartitionReader } from '../../../connectors/log/partition-reader.ts'
import { PartitionWriter } from '../../../connectors/log/partition-writer.ts'
import { diskFiles } from '../../../engine/files/files.ts'
import { exitOf, runScript } from '../../support/child-process.ts'
import { batchOf, codedError, partitionFor, temporaryDirectory } from '../../support/log-partition.ts'
import { assertProperty } from '../../support/property.ts'

test('offsets outside of what is there are coded errors, the end itself is an empty read', t => {
  const directory = partitionFor(t)
  const writer = PartitionWriter.open(directory)
  const reader = PartitionReader.open(directory)
  t.after(() => reader.close())
  assert.deepEqual(reader.read(0), { bytes: new Uint8Array(0), baseOffset: 0, nextOffset: 0 })
  assert.equal(reader.lastTimestamp(), undefined)
  assert.equal(reader.offsetForTime(0), 0)
  writer.append(batchOf(3))
  writer.commit()
  assert.equal(reader.read(3).bytes.length, 0)
  const error = codedError(() => reader.read(4), 'HR_OFFSET_BEYOND_END')
  assert.equal(error.place.offset, 4)
  codedError(() => reader.read(-1), 'HR_OFFSET_EXPIRED')
  writer.close()
})

test('a read fills the given buffer with whole batches, and takes one of its own for a larger batch', t => {
  const directory = partitionFor(t)
  const writer = PartitionWriter.open(directory)
  const size = batchOf(2).length
  for (let count = 0; count < 3; count++) writer.append(batchOf(2))
  writer.append(batchOf(1, 9000))
  writer.append(batchOf(2))
  writer.commit()
  writer.close()
  const reader = PartitionReader.open(directory)
  t.after(() => reader.close())
  const into = new Uint8Array(2 * size + 5)
  const first = reader.read(1, 1 << 20, into)
  assert.deepEqual([first.bytes.length, first.baseOffset, first.nextOffset], [2 * size, 0, 4])
  assert.equal(first.bytes.buffer, into.buffer)
  assert.deepEqual(reader.read(4, size, into).nextOffset, 6)
  const large = reader.read(6, 100, into)
  assert.deepEqual([large.baseOffset, large.nextOffset, large.bytes.length > 9000], [6, 7, true])
  assert.equal(reader.read(7, 1, new Uint8Array(3)).nextOffset, 9)
})

test('reading on does not search: one read of the file, and the published end only when it is reached', t => {
  const directory = partitionFor(t)
  const writer = PartitionWriter.open(directory)
  for (let count = 0; count < 50; count++) writer.append(batchOf(2))
  writer.commit()
  writer.close()
  let reads = 0
  const counting = {
    ...diskFiles,
    read: (...args: Parameters<typeof diskFiles.read>) => {
      reads++
      return diskFiles.read(...args)
    },
  }
  const reader = PartitionReader.open(directory, { files: counting })
  t.after(() => reader.close())
  const size = batchOf(2).length
  let next = reader.read(0, size).nextOffset
  reads = 0
  for (; next < 100; reads--) next = reader.read(next, size).nextOffset
  assert.equal(reads, 0)
  reader.read(100)
  assert.equal(reads, 1)
})

test('offsetForTime and lastTimestamp agree with a search through all batches', async () => {
  const { directory, remove } = temporaryDirectory()
  const batches = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: -5, max: 60 })), {
    minLength: 1,
    maxLength: 40,
  })
  let run = 0
  const check = (all: [rows: number, timestamp: number][], unpublished: number) => {
    const partition = `${directory}/${run++}`
    fs.mkdirSync(partition)
    const writer = PartitionWriter.open(partition, {
      segmentBytes: 900,
      indexIntervalBytes: 150,
      fsync: 'never',
    })
    const model: { base: number; timestamp: number }[] = []
    all.forEach(([rows, timestamp], index) => {
      const base = writer.append(batchOf(rows, 5, timestamp))
      const isPublished = index < all.length - unpublished
      if (isPublished) model.push({ base, timestamp })
      if (isPublished) writer.commit()
    })
    writer.flush()
    const reader = PartitionReader.open(partition)
    for (let timestamp = -7; timestamp < 63; timestamp++) {
      const expected = model.find(batch => batch.timestamp >= timestamp)?.base ?? reader.endOffset()
      assert.equal(reader.offsetForTime(timestamp), expected)
    }
    assert.equal(reader.lastTimestamp(), model.at(-1)?.timestamp)
    reader.close()
    writer.close()
  }
  try {
    await assertProperty(fc.property(batches, fc.integer({ min: 0, max: 3 }), check), 60)
  } finally {
    remove()
  }
})

test('changed resolves when a writer in this process publishes, and rejects when it is aborted', async t => {
  const directory = partitionFor(t)
  const writer = PartitionWriter.open(directory)
  const reader = PartitionReader.open(directory)
  t.after(() => {
    reader.close()
    writer.close()
  })
  const changed = reader.changed()
  writer.append(batchOf(1))
  writer.commit()
  await changed
  assert.equal(reader.endOffset(), 1)
  await reader.changed(undefined, 0)
  const stop = new AbortController()
  const waiting = reader.changed(stop.signal)
  stop.abort(new Error('enough'))
  await assert.rejects(waiting, /enough/)
  await assert.rejects(reader.changed(stop.signal), /enough/)
})

test('a reader follows a writer in another process, and sees each record once and whole', async t => {
  const directory = partitionFor(t)
  PartitionWriter.open(directory).close()
  const reader = PartitionReader.open(directory)
  t.after(() => reader.close())
  const count = 3000
  const writer = runScript(t, 'test/support/write-partition.ts', directory, String(count))
  const into = new Uint8Array(4096)
  let offset = 0
  while (offset < 3 * count) {
    const { bytes, baseOffset, nextOffset } = reader.read(offset, into.length, into)
    assert.equal(baseOffset, offset)
    if (bytes.length === 0) await reader.changed()
    offset = nextOffset
  }
  assert.equal(await exitOf(writer), 0)
  assert.equal(reader.lastTimestamp(), count - 1)
})
