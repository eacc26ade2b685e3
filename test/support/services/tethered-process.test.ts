import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { exitOf, firstOutput, runScript } from '../child-process.ts'
import { temporaryDirectory } from '../state-directory.ts'
import { TetheredProcess } from './tethered-process.ts'
import { until } from './until.ts'

test('a server and its directory go with the process that started it, even by SIGKILL', async t => {
  const starter = runScript(t, 'test/support/services/own-server.ts')
  const directory = await firstOutput(starter)
  const log = path.join(directory, 'log')
  await until('server', () => readFileSync(log, 'utf8').endsWith('\n'))
  const server = Number(readFileSync(log, 'utf8'))
  assert.ok(isAlive(server))
  starter.kill('SIGKILL')
  await exitOf(starter)
  await until('end of the server', () => !isAlive(server))
  await until('end of its directory', () => !existsSync(directory))
})

test('a server is stopped, and killed where that does not help', async t => {
  const log = path.join(temporaryDirectory(t), 'log')
  const start = (script: string) =>
    new TetheredProcess({ command: process.execPath, args: ['-e', `console.log(1); ${script}`] }, log)
  const ready = () => until('server', () => readFileSync(log, 'utf8') !== '')
  const obedient = start('setInterval(() => {}, 1000)')
  await ready()
  await obedient.stop()
  assert.ok(!obedient.isRunning)
  const deaf = start('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)')
  await deaf.kill()
  assert.ok(!deaf.isRunning)
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
