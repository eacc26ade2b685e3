import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { lockDirectory } from '../../engine/files/dir-lock.ts'
import { exitOf, firstOutput, runScript } from '../support/child-process.ts'
import { codedError, partitionFor } from '../support/log-partition.ts'

test('a directory is locked once, also within one process, and free again after release', t => {
  const directory = partitionFor(t)
  const lock = lockDirectory(directory)
  const error = codedError(() => lockDirectory(directory), 'HR_LOG_LOCKED')
  assert.match(error.message, new RegExp(`process ${process.pid} `))
  codedError(() => lockDirectory(directory), 'HR_LOG_LOCKED')
  lock.release()
  lock.release()
  lockDirectory(directory).release()
})

test('another process that holds the lock is named, and gives it up by ending', async t => {
  const directory = partitionFor(t)
  const holder = runScript(t, 'test/support/hold-lock.ts', directory)
  await firstOutput(holder)
  const error = codedError(() => lockDirectory(directory), 'HR_LOG_LOCKED')
  assert.match(error.message, new RegExp(`process ${holder.pid} `))
  holder.stdin?.end()
  assert.equal(await exitOf(holder), 0)
  lockDirectory(directory).release()
})

test('the lock of a killed process is free at once, whoever has its pid by now', async t => {
  const directory = partitionFor(t)
  const holder = runScript(t, 'test/support/hold-lock.ts', directory)
  await firstOutput(holder)
  holder.kill('SIGKILL')
  await exitOf(holder)
  const pidFile = path.join(directory, 'writer.pid')
  assert.equal(fs.readFileSync(pidFile, 'utf8').trim(), String(holder.pid))
  fs.writeFileSync(pidFile, `${process.ppid}\n`)
  const lock = lockDirectory(directory)
  assert.equal(fs.readFileSync(pidFile, 'utf8').trim(), String(process.pid))
  lock.release()
})

test('of several processes that want one lock after a kill, exactly one gets it', async t => {
  const directory = partitionFor(t)
  const first = runScript(t, 'test/support/hold-lock.ts', directory)
  await firstOutput(first)
  first.kill('SIGKILL')
  await exitOf(first)
  const rivals = [1, 2, 3, 4].map(() => runScript(t, 'test/support/hold-lock.ts', directory))
  const outcomes = await Promise.all(
    rivals.map(rival => Promise.race([firstOutput(rival), exitOf(rival).then(code => `exit ${code}`)])),
  )
  assert.deepEqual(outcomes.sort(), ['exit 1', 'exit 1', 'exit 1', 'locked\n'])
})

test('what cannot be locked says why', t => {
  const directory = partitionFor(t)
  codedError(() => lockDirectory(path.join(directory, 'nowhere')), 'HR_LOG_MISSING')
  fs.mkdirSync(path.join(directory, 'writer.lock'))
  codedError(() => lockDirectory(directory), 'HR_LOG_IO')
  const codes = { locked: 'HR_LOG_LOCKED', missing: 'HR_CONFIG_INVALID', other: 'HR_LOG_IO' } as const
  codedError(() => lockDirectory(path.join(directory, 'nowhere'), codes), 'HR_CONFIG_INVALID')
})
