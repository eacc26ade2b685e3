import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { crc32c } from '@node-rs/crc32'
import { isHeadraceError } from '../../engine/errors.ts'
import { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import type { Mark } from '../../engine/state/log/marks-log.ts'
import { MarksLog } from '../../engine/state/log/marks-log.ts'
import { StateLog } from '../../engine/state/log/state-log.ts'
import { CrashDisk } from '../support/crash-disk.ts'
import { randomFrom } from '../support/random.ts'
import { temporaryDirectory } from '../support/state-directory.ts'

/**
 * Files that format version 1 wrote. Today's code has to read them for ever; should it write other bytes
 * one day, that is a new version with golden files of its own (HEADRACE_GOLDEN=write makes them).
 */
const golden = (name: string) => new URL(`golden/${name}`, import.meta.url)
const readGolden = (name: string) => new Uint8Array(readFileSync(golden(name)))
const unknownVersion = (error: unknown) => isHeadraceError(error, 'HR_STATE_VERSION')

const marks: Mark[][] = [
  [{ kind: 'idle', input: 1, positions: [10, 20], time: 1_700_000_000_000 }],
  [
    { kind: 'tick', positions: [11, 20], time: 1_700_000_000_500 },
    { kind: 'tick', positions: [2 ** 50, 0], time: -1 },
  ],
]

function writeBlob(): Uint8Array {
  const text = Buffer.from('key..value')
  return new StateWriter()
    .table('per-user/panes', 3)
    .f64('sum', Float64Array.of(1.5, Number.NaN, Number.NEGATIVE_INFINITY, -0, 5, 6), 2)
    .f32('ratio', Float32Array.of(0.5, -0.25, 3))
    .i32At('slot', Int32Array.of(7, 8, 9, -1), Int32Array.of(3, 0, 2), 3)
    .u8('flags', Uint8Array.of(0, 1, 255))
    .i64('exact', BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n))
    .bytes('key', Int32Array.of(0, 5, 3), Int32Array.of(3, 10, 3), text)
    .table('per-user/scalars', 1)
    .strings('name', ['Zoë'])
    .json('positions', { clicks: [1, 2, { offset: 3 }], done: null })
    .finish()
}

function writeStateLog(directory: string): Uint8Array {
  const disk = new CrashDisk(randomFrom(1))
  const log = StateLog.open(directory, { files: disk })
  log.rotate(writeBlob())
  log.append('delta', Buffer.from('delta'))
  log.append('delta', [])
  log.close()
  return disk.bytesOf(path.join(directory, 'state-0000000002.log'))
}

function writeMarks(): Uint8Array {
  const disk = new CrashDisk(randomFrom(1))
  const log = MarksLog.open('.', 0, { files: disk })
  for (const each of marks) log.append(each)
  log.close()
  return disk.bytesOf('marks.log')
}

function expectBlob(bytes: Uint8Array): void {
  const reader = new StateReader(bytes)
  assert.deepEqual(reader.tables(), ['per-user/panes', 'per-user/scalars'])
  const panes = reader.table('per-user/panes')
  assert.ok(panes)
  assert.deepEqual(panes.f64('sum'), Float64Array.of(1.5, Number.NaN, Number.NEGATIVE_INFINITY, -0, 5, 6))
  assert.equal(panes.width('sum'), 2)
  assert.deepEqual(panes.f32('ratio'), Float32Array.of(0.5, -0.25, 3))
  assert.deepEqual(panes.i32('slot'), Int32Array.of(-1, 7, 9))
  assert.deepEqual(panes.u8('flags'), Uint8Array.of(0, 1, 255))
  assert.deepEqual(panes.i64('exact'), BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n))
  assert.deepEqual(panes.strings('key'), ['key', 'value', ''])
  const scalars = reader.table('per-user/scalars')
  assert.deepEqual(scalars?.strings('name'), ['Zoë'])
  assert.deepEqual(scalars?.json('positions'), { clicks: [1, 2, { offset: 3 }], done: null })
}

/** The file as a later version might write it, with a checksum that is right. */
function withVersion(bytes: Uint8Array, version: number, checked: number): Uint8Array {
  const changed = Buffer.from(bytes)
  changed.writeUInt32LE(version, 8)
  changed.writeUInt32LE(crc32c(changed.subarray(8, checked)), 4)
  return changed
}

if (process.env.HEADRACE_GOLDEN === 'write') {
  test('write the golden files', context => {
    writeFileSync(golden('blob-v1.bin'), writeBlob())
    writeFileSync(golden('state-v1.bin'), writeStateLog(temporaryDirectory(context)))
    writeFileSync(golden('marks-v1.bin'), writeMarks())
  })
}

test('a blob of version 1 is read, and still written to the byte', () => {
  const bytes = readGolden('blob-v1.bin')
  expectBlob(bytes)
  assert.deepEqual(new Uint8Array(writeBlob()), bytes)
  assert.throws(() => new StateReader(withVersion(bytes, 2, bytes.length)), unknownVersion)
})

test('a state log of version 1 is read, and still written to the byte', context => {
  const bytes = readGolden('state-v1.bin')
  const directory = temporaryDirectory(context)
  const disk = new CrashDisk(randomFrom(1))
  const file = path.join(directory, 'state-0000000002.log')
  disk.put(file, bytes)
  const log = StateLog.open(directory, { files: disk })
  const [snapshot, ...deltas] = log.restore()
  log.close()
  assert.equal(snapshot.kind, 'snapshot')
  expectBlob(snapshot.payload)
  assert.deepEqual(
    deltas.map(({ kind, payload }) => [kind, Buffer.from(payload).toString()]),
    [
      ['delta', 'delta'],
      ['delta', ''],
    ],
  )
  assert.deepEqual(writeStateLog(temporaryDirectory(context)), bytes)
  disk.put(file, withVersion(bytes, 2, 16))
  assert.throws(() => StateLog.open(directory, { files: disk }), unknownVersion)
})

test('a log of marks of version 1 is read, and still written to the byte', () => {
  const bytes = readGolden('marks-v1.bin')
  const disk = new CrashDisk(randomFrom(1))
  disk.put('marks.log', bytes)
  const log = MarksLog.open('.', bytes.length, { files: disk })
  assert.deepEqual(
    [...log.readFrom(0)].map(record => record.marks),
    marks,
  )
  assert.deepEqual(writeMarks(), bytes)
  disk.put('marks.log', withVersion(bytes, 2, 16))
  assert.throws(() => MarksLog.open('.', bytes.length, { files: disk }), unknownVersion)
})
