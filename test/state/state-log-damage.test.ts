import assert from 'node:assert/strict'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { ErrorCode } from '../../engine/error-codes.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import { StateLog } from '../../engine/state/log/state-log.ts'
import { CrashDisk } from '../support/crash-disk.ts'
import { randomFrom } from '../support/random.ts'
import { restored, temporaryDirectory } from '../support/state-directory.ts'

const text = (value: string) => Buffer.from(value)

/** A log of one snapshot and three deltas, and the one file it is in. */
function smallLog(context: TestContext) {
  const directory = temporaryDirectory(context)
  const disk = new CrashDisk(randomFrom(1))
  const log = StateLog.open(directory, { files: disk })
  log.rotate(text('snapshot'))
  const lengths = [disk.bytesOf(fileOf(directory, 2)).length]
  for (const delta of ['one', 'two two', 'three']) {
    log.append('delta', text(delta))
    lengths.push(disk.bytesOf(fileOf(directory, 2)).length)
  }
  log.close()
  const file = fileOf(directory, 2)
  const states = [
    ['snapshot snapshot'],
    ['snapshot snapshot', 'delta one'],
    ['snapshot snapshot', 'delta one', 'delta two two'],
    ['snapshot snapshot', 'delta one', 'delta two two', 'delta three'],
  ]
  return { directory, disk, file, bytes: disk.bytesOf(file), lengths, states }
}

function fileOf(directory: string, generation: number): string {
  return path.join(directory, `state-${String(generation).padStart(10, '0')}.log`)
}

function openAndRestore(directory: string, disk: CrashDisk): string[] {
  const log = StateLog.open(directory, { files: disk })
  try {
    return restored(log)
  } finally {
    log.close()
  }
}

const withCode = (code: ErrorCode) => (error: unknown) => isHeadraceError(error, code)
const corrupt = withCode('HR_STATE_CORRUPT')

test('a record torn at any byte is cut, and the log goes on from the one before it', context => {
  const { directory, disk, file, bytes, lengths, states } = smallLog(context)
  for (let length = lengths[2]; length < bytes.length; length++) {
    disk.put(file, bytes.slice(0, length))
    const log = StateLog.open(directory, { files: disk })
    assert.deepEqual(restored(log), states[2], `cut at ${length}`)
    log.append('delta', text('again'))
    log.close()
    assert.deepEqual(openAndRestore(directory, disk), [...states[2], 'delta again'])
  }
})

test('a record whose bytes never arrived, though the length of the file did, is cut', context => {
  const { directory, disk, file, bytes, lengths, states } = smallLog(context)
  for (let at = lengths[2]; at < bytes.length; at++) {
    const zeros = bytes.slice()
    zeros.fill(0, at)
    disk.put(file, zeros)
    assert.deepEqual(openAndRestore(directory, disk), states[2], `zeros from ${at}`)
    const hole = bytes.slice()
    hole.fill(0, lengths[2], at + 1)
    disk.put(file, hole)
    assert.deepEqual(openAndRestore(directory, disk), states[2], `zeros up to ${at}`)
  }
})

test('any flipped bit before the last record is found, each time the log is opened', context => {
  const { directory, disk, file, bytes, lengths, states } = smallLog(context)
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const damaged = bytes.slice()
      damaged[at] ^= 1 << bit
      disk.put(file, damaged)
      if (at >= lengths[2]) {
        assert.deepEqual(openAndRestore(directory, disk), states[2], `byte ${at}, bit ${bit}`)
        continue
      }
      for (let attempt = 0; attempt < 2; attempt++) {
        assert.throws(() => openAndRestore(directory, disk), corrupt, `byte ${at}, bit ${bit}`)
      }
      assert.deepEqual(disk.bytesOf(file), damaged, 'nothing is cut from a damaged file')
    }
  }
})

test('a torn write does not hide damage in the record before it', context => {
  const { directory, disk, file, bytes, lengths } = smallLog(context)
  for (let length = lengths[2] + 1; length < bytes.length; length++) {
    const damaged = bytes.slice(0, length)
    damaged[lengths[2] - 1] ^= 1
    disk.put(file, damaged)
    for (let attempt = 0; attempt < 2; attempt++)
      assert.throws(() => openAndRestore(directory, disk), corrupt)
  }
})

test('a file cut within its snapshot is corrupt, and falls back where the older file is still there', context => {
  const { directory, disk, file, bytes, lengths } = smallLog(context)
  const older = fileOf(directory, 1)
  for (let length = 0; length < lengths[0]; length++) {
    disk.put(file, bytes.slice(0, length))
    assert.throws(() => openAndRestore(directory, disk), corrupt, `cut at ${length}`)
    disk.put(older, emptyFirstGeneration(context))
    disk.put(file, bytes.slice(0, length))
    const log = StateLog.open(directory, { files: disk })
    assert.deepEqual([log.generation, ...log.restore()], [1])
    log.rotate(text('snapshot'))
    log.close()
    assert.deepEqual(openAndRestore(directory, disk), ['snapshot snapshot'])
  }
})

function emptyFirstGeneration(context: TestContext): Uint8Array {
  const directory = temporaryDirectory(context)
  const disk = new CrashDisk(randomFrom(1))
  StateLog.open(directory, { files: disk }).close()
  return disk.bytesOf(fileOf(directory, 1))
}

test('a damaged snapshot beside an older file removes neither', context => {
  const { directory, disk, file, bytes, lengths } = smallLog(context)
  const older = fileOf(directory, 1)
  const damaged = bytes.slice()
  damaged[lengths[0] - 1] ^= 1
  disk.put(older, emptyFirstGeneration(context))
  disk.put(file, damaged)
  for (let attempt = 0; attempt < 2; attempt++) assert.throws(() => openAndRestore(directory, disk), corrupt)
  assert.deepEqual(disk.list(directory).sort(), [older, file].map(name => path.basename(name)).sort())
})

test('what a crash left of a rotation is removed', context => {
  const { directory, disk, file, states } = smallLog(context)
  const unfinished = `${fileOf(directory, 3)}.new`
  disk.put(unfinished, text('half a snapsh'))
  disk.put(fileOf(directory, 1), emptyFirstGeneration(context))
  assert.deepEqual(openAndRestore(directory, disk), states[3])
  assert.deepEqual(disk.list(directory), [path.basename(file)])
})

test('a file under the name of another generation is corrupt', context => {
  const { directory, disk, bytes } = smallLog(context)
  disk.put(fileOf(directory, 7), bytes)
  assert.throws(() => openAndRestore(directory, disk), corrupt)
})

test('the error names the file and the byte', context => {
  const { directory, disk, file, bytes, lengths } = smallLog(context)
  bytes[lengths[0]] ^= 1
  disk.put(file, bytes)
  assert.throws(
    () => openAndRestore(directory, disk),
    error =>
      isHeadraceError(error) && error.place.file === file && error.message.includes(`byte ${lengths[0]} `),
  )
})
