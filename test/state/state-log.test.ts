import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { isHeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import { StateLog } from '../../engine/state/log/state-log.ts'
import { restored, temporaryDirectory } from '../support/state-directory.ts'

const text = (value: string) => Buffer.from(value)

test('a log is created with its directory, empty, and holds what is appended', context => {
  const directory = path.join(temporaryDirectory(context), 'a', 'b')
  const log = StateLog.open(directory)
  assert.deepEqual(restored(log), [])
  log.append('delta', text('one'))
  log.append('delta', [text('tw'), text(''), text('o')])
  log.append('delta', [])
  assert.deepEqual(restored(log), ['delta one', 'delta two', 'delta '])
  log.close()
  const again = StateLog.open(directory)
  assert.deepEqual(restored(again), ['delta one', 'delta two', 'delta '])
  again.close()
})

test('a snapshot replaces what was before it, in a file of its own or in the same', context => {
  const directory = temporaryDirectory(context)
  const log = StateLog.open(directory, { fsync: false })
  log.append('delta', text('gone'))
  log.rotate([text('snap'), text('shot')])
  log.append('delta', text('one'))
  assert.deepEqual(restored(log), ['snapshot snapshot', 'delta one'])
  assert.deepEqual(
    readdirSync(directory).filter(name => name.startsWith('state-')),
    ['state-0000000002.log'],
  )
  log.append('snapshot', text('newer'))
  log.append('delta', text('two'))
  log.close()
  const again = StateLog.open(directory)
  assert.deepEqual(restored(again), ['snapshot newer', 'delta two'])
  assert.equal(again.generation, 2)
  again.close()
})

test('a log says when its deltas outweigh its snapshot, before and after it is reopened', context => {
  const directory = temporaryDirectory(context)
  const header = 16
  const log = StateLog.open(directory, { fsync: false })
  assert.deepEqual([log.snapshotSize, log.sizeSinceSnapshot, log.rotationDue], [0, 0, false])
  log.rotate(new Uint8Array(100))
  log.append('delta', new Uint8Array(limits.stateDeltaBytes - header))
  assert.deepEqual(
    [log.snapshotSize, log.sizeSinceSnapshot, log.rotationDue],
    [100 + header, limits.stateDeltaBytes, false],
  )
  log.append('delta', new Uint8Array(0))
  assert.equal(log.rotationDue, true)
  log.close()
  const again = StateLog.open(directory, { fsync: false })
  assert.deepEqual(
    [again.snapshotSize, again.sizeSinceSnapshot],
    [100 + header, limits.stateDeltaBytes + header],
  )
  again.rotate(new Uint8Array(2 * limits.stateDeltaBytes))
  assert.equal(again.rotationDue, false)
  again.append('delta', new Uint8Array(limits.stateDeltaBytes + 1))
  assert.equal(again.rotationDue, false)
  again.close()
})

test('a second writer is locked out, in this process and in another, until the first is done', context => {
  const directory = temporaryDirectory(context)
  const log = StateLog.open(directory)
  assert.throws(
    () => StateLog.open(directory),
    error => isHeadraceError(error, 'HR_STATE_LOCKED'),
  )
  const module = new URL('../../engine/state/log/state-log.ts', import.meta.url).href
  const script = `
    const { StateLog } = await import(${JSON.stringify(module)})
    try {
      const log = StateLog.open(process.argv[1])
      log.append('delta', new TextEncoder().encode('from the other process'))
      log.close()
      console.log('written')
    } catch (error) {
      console.log(error.code)
    }`
  const other = () =>
    execFileSync(process.execPath, ['--input-type=module', '--eval', script, directory], { encoding: 'utf8' })
  assert.equal(other(), 'HR_STATE_LOCKED\n')
  log.close()
  assert.equal(other(), 'written\n')
  const again = StateLog.open(directory)
  assert.deepEqual(restored(again), ['delta from the other process'])
  again.close()
})

test('a closed log refuses, can be closed twice, and frees its directory', context => {
  const directory = temporaryDirectory(context)
  const log = StateLog.open(directory)
  log.close()
  log.close()
  const refused = (error: unknown) => isHeadraceError(error, 'HR_STATE_FAILED')
  assert.throws(() => log.append('delta', text('late')), refused)
  assert.throws(() => log.rotate(text('late')), refused)
  StateLog.open(directory).close()
})

test('a directory that cannot be made is an input or output error', context => {
  const file = path.join(temporaryDirectory(context), 'file')
  const log = StateLog.open(file)
  log.close()
  assert.throws(
    () => StateLog.open(path.join(file, 'writer.lock', 'sub')),
    error => isHeadraceError(error, 'HR_STATE_IO'),
  )
})
