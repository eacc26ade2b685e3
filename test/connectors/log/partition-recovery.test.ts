import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { PartitionReader } from '../../../connectors/log/partition-reader.ts'
import { PartitionWriter } from '../../../connectors/log/partition-writer.ts'
import { batchOf, codedError, flipBit, partitionFor, readAll } from '../../support/log-partition.ts'

const logOf = (directory: string, base = 0) => path.join(directory, `${String(base).padStart(20, '0')}.log`)

/** Three batches of two records each; the first `committed` of them published. */
function threeBatches(directory: string, committed: number, segmentBytes = 1 << 20): number {
  const writer = PartitionWriter.open(directory, { segmentBytes, indexIntervalBytes: 0 })
  for (let count = 0; count < 3; count++) {
    writer.append(batchOf(2, 20, 1000 + count))
    if (count === committed - 1) writer.commit()
  }
  writer.flush()
  writer.close()
  return batchOf(2, 20).length
}

test('a tail torn at any byte is cut off, and the log goes on from there', t => {
  const directory = partitionFor(t)
  const size = threeBatches(directory, 2)
  const whole = fs.readFileSync(logOf(directory))
  for (let cut = 0; cut < size; cut++) {
    fs.writeFileSync(logOf(directory), whole.subarray(0, 2 * size + cut))
    const writer = PartitionWriter.open(directory)
    assert.equal(writer.endOffset, 4, `cut at byte ${cut}`)
    assert.equal(fs.statSync(logOf(directory)).size, 2 * size)
    assert.equal(writer.append(batchOf(1)), 4)
    writer.close()
  }
})

test('a flipped bit behind the committed end is cut off with what follows', t => {
  const directory = partitionFor(t)
  const size = threeBatches(directory, 1)
  const whole = fs.readFileSync(logOf(directory))
  for (let at = size; at < 2 * size; at++) {
    const isLeaderEpoch = at >= size + 12 && at < size + 16
    if (isLeaderEpoch) continue
    fs.writeFileSync(logOf(directory), whole)
    flipBit(logOf(directory), at)
    const writer = PartitionWriter.open(directory)
    assert.equal(writer.endOffset, 2, `bit flipped in byte ${at}`)
    writer.close()
  }
})

test('a flipped bit before the committed end is never dropped: an error names file, byte and offset', t => {
  const directory = partitionFor(t)
  const size = threeBatches(directory, 2)
  const whole = fs.readFileSync(logOf(directory))
  for (let at = size; at < 2 * size; at++) {
    const isLeaderEpoch = at >= size + 12 && at < size + 16
    if (isLeaderEpoch) continue
    fs.writeFileSync(logOf(directory), whole)
    flipBit(logOf(directory), at)
    const error = codedError(() => PartitionWriter.open(directory), 'HR_LOG_CORRUPT')
    assert.equal(error.place.file, logOf(directory))
    assert.equal(error.place.offset, 2)
    assert.match(error.message, new RegExp(`at byte ${size}`))
  }
  assert.deepEqual(fs.statSync(logOf(directory)).size, whole.length)
})

test('committed records that are missing are an error, not an end', t => {
  const directory = partitionFor(t)
  const size = threeBatches(directory, 3)
  fs.truncateSync(logOf(directory), 2 * size)
  codedError(() => PartitionWriter.open(directory), 'HR_LOG_CORRUPT')
  fs.rmSync(logOf(directory))
  codedError(() => PartitionWriter.open(directory), 'HR_LOG_CORRUPT')
})

test('without the file of the committed end, all that is intact is kept and nothing is published', t => {
  const directory = partitionFor(t)
  const size = threeBatches(directory, 3)
  flipBit(logOf(directory), 2 * size + 70)
  fs.rmSync(path.join(directory, 'committed'))
  const writer = PartitionWriter.open(directory)
  assert.equal(writer.publishedEnd, 0)
  assert.equal(writer.commit(), 4)
  writer.close()
})

test('damage in a closed segment is found by its end, or by whoever reads it', t => {
  const directory = partitionFor(t)
  const size = threeBatches(directory, 3, 1)
  fs.truncateSync(logOf(directory, 2), size - 1)
  const error = codedError(() => PartitionWriter.open(directory), 'HR_LOG_CORRUPT')
  assert.equal(error.place.file, logOf(directory, 2))
  const reader = PartitionReader.open(directory)
  t.after(() => reader.close())
  assert.equal(reader.read(0).nextOffset, 2)
  codedError(() => reader.read(2), 'HR_LOG_CORRUPT')
  fs.rmSync(logOf(directory, 2))
  codedError(() => reader.read(2), 'HR_LOG_CORRUPT')
})

test('segments behind a gap after the committed end are removed', t => {
  const directory = partitionFor(t)
  threeBatches(directory, 1, 1)
  fs.truncateSync(logOf(directory, 2), 10)
  const writer = PartitionWriter.open(directory, { segmentBytes: 1 })
  assert.equal(writer.endOffset, 2)
  assert.equal(fs.existsSync(logOf(directory, 4)), false)
  writer.append(batchOf(3))
  assert.equal(writer.commit(), 5)
  writer.close()
})

const damages: Record<string, (file: string) => void> = {
  deleted: file => fs.rmSync(file),
  emptied: file => fs.truncateSync(file, 0),
  'cut within an entry': file => fs.truncateSync(file, 5),
  'full of ones': file => fs.writeFileSync(file, Buffer.alloc(fs.statSync(file).size, 0xff)),
  'full of zeros': file => fs.writeFileSync(file, Buffer.alloc(fs.statSync(file).size)),
  'longer than it was': file => fs.appendFileSync(file, Buffer.alloc(24, 1)),
}

for (const [damage, harm] of Object.entries(damages)) {
  test(`indexes ${damage}: reads are right without them, and a writer rebuilds them`, t => {
    const directory = partitionFor(t)
    const writer = PartitionWriter.open(directory, { segmentBytes: 1500, indexIntervalBytes: 150 })
    for (let count = 0; count < 40; count++) writer.append(batchOf(3, 20, 1000 + 10 * count))
    writer.commit()
    writer.close()
    const indexes = fs.readdirSync(directory).filter(name => name.endsWith('index'))
    const contents = () => indexes.map(name => fs.readFileSync(path.join(directory, name), 'hex'))
    const before = contents()
    for (const name of indexes) harm(path.join(directory, name))
    const reader = PartitionReader.open(directory)
    t.after(() => reader.close())
    const assertReads = () => {
      for (let offset = 0; offset < 120; offset++) {
        assert.equal(reader.read(offset, 200).baseOffset, offset - (offset % 3))
      }
      for (let batch = 0; batch < 40; batch++) assert.equal(reader.offsetForTime(995 + 10 * batch), batch * 3)
    }
    assertReads()
    PartitionWriter.open(directory, { segmentBytes: 1500, indexIntervalBytes: 150 }).close()
    assert.deepEqual(contents(), before)
    assertReads()
    assert.equal(readAll(reader).length, 40 * batchOf(3, 20).length)
  })
}

test('the copy of the committed end that a torn write left intact counts', t => {
  const directory = partitionFor(t)
  threeBatches(directory, 2)
  const file = path.join(directory, 'committed')
  const writer = PartitionWriter.open(directory)
  writer.publish(writer.flush())
  writer.close()
  const whole = fs.readFileSync(file)
  const endAfter = (at: number) => {
    fs.writeFileSync(file, whole)
    flipBit(file, at)
    const reader = PartitionReader.open(directory)
    const end = reader.endOffset()
    reader.close()
    return end
  }
  const ends = new Set(Array.from({ length: 32 }, (_, at) => endAfter(at)))
  const otherEnds = new Set(Array.from({ length: 32 }, (_, at) => endAfter(4096 + at)))
  assert.deepEqual([ends, otherEnds], [new Set([4]), new Set([6])])
  flipBit(file, 0)
  codedError(() => PartitionReader.open(directory), 'HR_LOG_CORRUPT')
  codedError(() => PartitionWriter.open(directory), 'HR_LOG_CORRUPT')
})
