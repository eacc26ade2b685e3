import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { commandsOf, filesOf } from '../support/pages.ts'
import { root } from '../support/source-tree.ts'

const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'headrace-package-')))
const project = path.join(directory, 'project')

/** Follows the README as a user does who has a new enough Node: packs, installs, and runs what is shown. */
describe('the package in a project of its own', () => {
  before(() => {
    mkdirSync(project)
    writeFileSync(path.join(project, 'package.json'), '{ "type": "module" }')
    const packed = JSON.parse(run(root, `npm pack --json --pack-destination ${directory}`))
    const tarball = path.join(directory, packedFile(packed))
    run(project, `npm install --prefer-offline --no-audit --no-fund ${tarball}`)
    symlinkSync(`${root}node_modules/typescript`, path.join(project, 'node_modules/typescript'))
    for (const [name, text] of filesOf('README.md')) writeFileSync(path.join(project, name), text)
  })
  after(() => rmSync(directory, { recursive: true }))

  test('does what the README shows', () => {
    for (const { command, output } of commandsOf('README.md')) {
      assert.equal(untimed(run(project, command)), untimed(output), command)
    }
  })

  test("runs the README's test of a job", () => {
    assert.match(run(project, 'node --test my-job.test.ts'), /pass 1/)
  })

  test('runs a golden test', () => {
    run(
      project,
      'npx headrace log append clicks clicks.jsonl --job my-job.ts --data golden/all/slice --partitions 1',
    )
    const file = `import { test } from 'node:test'
import { goldenTest } from 'headrace/testing'
import job from './my-job.ts'
test('golden', () => goldenTest(job, 'golden/all'))
`
    writeFileSync(path.join(project, 'golden.test.ts'), file)
    assert.match(run(project, 'HEADRACE_GOLDEN=update node --test golden.test.ts'), /pass 1/)
    assert.match(run(project, 'node --test golden.test.ts'), /pass 1/)
    assert.match(run(project, 'npx headrace golden check my-job.ts'), /^golden\/all: as expected, /)
  })

  test('has all of its entry points', () => {
    const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { exports: object }
    const entries = Object.keys(exports).filter(entry => !entry.endsWith('.json'))
    const names = entries.map(entry => path.posix.join('headrace', entry))
    assert.ok(names.includes('headrace') && names.includes('headrace/onnx'))
    writeFileSync(path.join(project, 'entries.mjs'), names.map(name => `import '${name}'\n`).join(''))
    assert.equal(run(project, 'node entries.mjs'), '')
  })

  test('brings types along that TypeScript is content with', () => {
    assert.match(
      run(project, 'npx headrace check my-job.ts'),
      /^ok +types +TypeScript [\d.]+ has no complaint$/m,
    )
  })
})

/** Runs a command line with this Node first; gives what it prints. */
function run(cwd: string, command: string): string {
  // A user's shell has nothing of the settings of this repository, which npm tells whom it runs.
  const own = Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_'))
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(own),
    PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
    // As the README says.
    ONNXRUNTIME_NODE_INSTALL: 'skip',
  }
  // What the runner of this test tells its children would make a user's own tests report to it.
  delete env.NODE_TEST_CONTEXT
  return execFileSync('sh', ['-c', command], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** npm 12 names the packed packages, older ones list them. */
function packedFile(packed: Record<string, { filename: string }>): string {
  const [first] = Object.values(packed)
  return first!.filename
}

/** How often a run commits is a matter of time, as is how long anything takes. */
function untimed(text: string): string {
  return text
    .replaceAll(/\d+ commits? in \d+\.\d s/g, 'commits in seconds')
    .replaceAll(/, \d+\.\d s$/gm, ', seconds')
}
