import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { isHeadraceError } from '../../engine/errors.ts'
import type { Mark } from '../../engine/state/log/marks-log.ts'
import { MarksLog } from '../../engine/state/log/marks-log.ts'
import { CrashDisk } from '../support/crash-disk.ts'
import { assertProperty } from '../support/property.ts'
import { randomFrom } from '../support/random.ts'
import { temporaryDirectory } from '../support/state-directory.ts'

const directory = 'task'
const idle = (time: number): Mark => ({ kind: 'idle', input: 1, positions: [12, 2 ** 50], time })
const tick = (time: number): Mark => ({ kind: 'tick', positions: [], time })
const marksOf = (log: MarksLog, from = 0) => [...log.readFrom(from)].flatMap(record => record.marks)
const corrupt = (error: unknown) => isHeadraceError(error, 'HR_STATE_CORRUPT')

test('marks come back in order, from the start and from any record', context => {
  const home = temporaryDirectory(context)
  const log = MarksLog.open(home, 0)
  assert.deepEqual(marksOf(log), [])
  log.append([idle(1), tick(2)])
  const between = log.length
  log.append([])
  log.append([tick(3)])
  const committed = log.sync()
  assert.equal(committed, log.length)
  log.close()
  const again = MarksLog.open(home, committed)
  assert.deepEqual(marksOf(again), [idle(1), tick(2), tick(3)])
  assert.deepEqual(marksOf(again, between), [tick(3)])
  assert.deepEqual(marksOf(again, committed), [])
  again.close()
})

test('marks that were not committed are gone; with all of them kept, only a torn one is', () => {
  const disk = new CrashDisk(randomFrom(1))
  const log = MarksLog.open(directory, 0, { files: disk })
  log.append([tick(1)])
  const committed = log.sync()
  log.append([tick(2)])
  log.append([tick(3)])
  log.close()
  const file = path.join(directory, 'marks.log')
  disk.put(file, disk.bytesOf(file).slice(0, -1))
  const all = MarksLog.open(directory, 'all', { files: disk })
  assert.deepEqual(marksOf(all), [tick(1), tick(2)])
  all.close()
  const again = MarksLog.open(directory, committed, { files: disk })
  assert.deepEqual(marksOf(again), [tick(1)])
  again.append([tick(4)])
  assert.deepEqual(marksOf(again), [tick(1), tick(4)])
})

test('any flipped bit or missing byte of what was committed is found', () => {
  const disk = new CrashDisk(randomFrom(1))
  const log = MarksLog.open(directory, 0, { files: disk })
  log.append([tick(1)])
  log.append([idle(2)])
  const committed = log.sync()
  log.close()
  const file = path.join(directory, 'marks.log')
  const bytes = disk.bytesOf(file)
  const read = () => marksOf(MarksLog.open(directory, committed, { files: disk }))
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const damaged = bytes.slice()
      damaged[at] ^= 1 << bit
      disk.put(file, damaged)
      assert.throws(read, corrupt, `byte ${at}, bit ${bit}`)
    }
    disk.put(file, bytes.slice(0, at))
    assert.throws(read, corrupt, `cut at ${at}`)
  }
  assert.throws(() => marksOf(MarksLog.open(directory, committed - 1, { files: disk })), corrupt)
})

test('after a crash every mark that a commit names is there, and no other', async () => {
  const steps = fc.array(fc.record({ count: fc.nat(3), sync: fc.boolean(), crash: fc.boolean() }), {
    maxLength: 30,
  })
  await assertProperty(
    fc.property(steps, fc.integer(), (steps, seed) => {
      const disk = new CrashDisk(randomFrom(seed))
      let log = MarksLog.open(directory, 0, { files: disk })
      let committedBytes = 0
      let committed: Mark[] = []
      let written: Mark[] = []
      for (const [index, { count, sync, crash }] of steps.entries()) {
        const marks = Array.from({ length: count }, (_, i) => tick(index * 10 + i))
        log.append(marks)
        written = [...written, ...marks]
        if (sync) {
          committedBytes = log.sync()
          committed = written
        }
        if (crash) {
          disk.crash()
          log = MarksLog.open(directory, committedBytes, { files: disk })
          written = committed
        }
        assert.deepEqual(marksOf(log), written)
      }
    }),
  )
})

test('a failed write is coded, and the log refuses until it is reopened', () => {
  for (const [fault, code] of [
    ['ENOSPC', 'HR_DISK_FULL'],
    ['EIO', 'HR_STATE_IO'],
  ] as const) {
    const disk = new CrashDisk(randomFrom(1))
    const log = MarksLog.open(directory, 0, { files: disk })
    log.append([tick(1)])
    const committed = log.sync()
    disk.failAfter(0, fault)
    assert.throws(
      () => log.append([tick(2)]),
      error => isHeadraceError(error, code),
    )
    disk.heal()
    assert.throws(
      () => log.append([tick(2)]),
      error => isHeadraceError(error, 'HR_STATE_FAILED'),
    )
    assert.throws(
      () => log.sync(),
      error => isHeadraceError(error, 'HR_STATE_FAILED'),
    )
    log.close()
    log.close()
    assert.deepEqual(marksOf(MarksLog.open(directory, committed, { files: disk })), [tick(1)])
  }
})

test('a mark that JSON would not give back is refused', () => {
  const log = MarksLog.open(directory, 0, { files: new CrashDisk(randomFrom(1)) })
  const internal = (error: unknown) => isHeadraceError(error, 'HR_INTERNAL')
  assert.throws(() => log.append([tick(Number.POSITIVE_INFINITY)]), internal)
  assert.throws(() => log.append([{ ...tick(1), positions: [0.5] }]), internal)
})
