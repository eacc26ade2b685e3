import assert from 'node:assert/strict'
import type { ChildProcess, SpawnSyncReturns } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { canRun, EXIT_USAGE, findNode } from '../../bin/launch.js'

const launcher = fileURLToPath(new URL('../../bin/', import.meta.url))

test('only a Node that is new enough and strips types can run Headrace', () => {
  assert.equal(canRun('26.10.0', { typescript: 'strip' }), true)
  assert.equal(canRun('24.0.0', { typescript: 'strip' }), true)
  assert.equal(canRun('26.10.0', { typescript: false }), false)
  assert.equal(canRun('22.18.0', { typescript: 'strip' }), false)
  assert.equal(canRun('20.20.2', {}), false)
})

test('the first new enough node package is found', t => {
  const [none, old, fresh] = [makeProject(t), makeProject(t), makeProject(t)]
  installNode(old, '20.1.0', '')
  const binary = installNode(fresh, '26.10.0', '')
  const importers = [none, old, fresh].map(project => join(project, 'package.json'))
  assert.equal(findNode(importers), binary)
  assert.equal(findNode(importers.slice(0, 2)), undefined)
})

test('an old Node hands over to the node package of the project, arguments and exit code included', t => {
  const project = makeProject(t)
  installNode(project, '26.10.0', `printf '%s\\n' "$@"; exit 7`)
  const { stdout, status } = launchOnOldNode(project, ['run', 'my job.ts', '--json'])
  assert.deepEqual(stdout.trim().split('\n').slice(1), ['run', 'my job.ts', '--json'])
  assert.equal(status, 7)
})

test('a signal reaches the Node that was started, and its death is the exit code', async t => {
  const project = makeProject(t)
  installNode(project, '26.10.0', 'echo ready; exec sleep 60')
  const child = spawn(process.execPath, argumentsOn(project, []), { cwd: project, stdio: 'pipe' })
  await firstOutput(child)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [128 + 15, null])
})

test('without a new enough Node it says what to do', t => {
  const { stderr, status } = launchOnOldNode(makeProject(t), ['run', 'my-job.ts'])
  assert.match(stderr, /cannot run on Node .*npm install node@26\n$/s)
  assert.equal(status, EXIT_USAGE)
})

test('a node package whose install script did not run says so', t => {
  const project = makeProject(t)
  rmSync(installNode(project, '26.10.0', ''))
  const { stderr, status } = launchOnOldNode(project, [])
  assert.match(stderr, /does not start: .*ENOENT/)
  assert.equal(status, EXIT_USAGE)
})

/** An empty project with Headrace installed, the launcher alone: this repository's own node is out of sight. */
function makeProject(t: TestContext): string {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'headrace-launch-')))
  t.after(() => rmSync(project, { recursive: true }))
  const home = join(project, 'node_modules/headrace')
  cpSync(launcher, join(home, 'bin'), { recursive: true })
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'headrace', type: 'module' }))
  return project
}

/** Installs a `node` package whose binary is a shell script. Returns the binary's path. */
function installNode(project: string, version: string, commands: string): string {
  const home = join(project, 'node_modules/node')
  const binary = join(home, 'bin/node')
  mkdirSync(dirname(binary), { recursive: true })
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ name: 'node', version, bin: { node: 'bin/node' } }),
  )
  writeFileSync(binary, `#!/bin/sh\n${commands}\n`, { mode: 0o755 })
  return binary
}

/** Without type stripping, this Node is to the launcher as good as an old one. */
function argumentsOn(project: string, args: readonly string[]): string[] {
  return ['--no-strip-types', join(project, 'node_modules/headrace/bin/headrace.js'), ...args]
}

function launchOnOldNode(project: string, args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, argumentsOn(project, args), { cwd: project, encoding: 'utf8' })
}

async function firstOutput({ stdout }: ChildProcess): Promise<void> {
  await once(stdout!, 'data')
}
