import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { limits, setLimits } from '../../engine/limits.ts'
import { CliFolder } from '../support/cli.ts'

/** The data directory that a command would use: `log ls` names it. */
async function dataDirOf(folder: CliFolder, args: string, env: Record<string, string> = {}): Promise<string> {
  const { out, err } = await folder.run(`log ls ${args}`.trim(), { env })
  const found = /no topics in (?<dir>.*)\n/.exec(out)?.groups?.dir
  assert.ok(found !== undefined, out + err)
  return found
}

test('flags go before the environment, that before the file, that before the default', async t => {
  const folder = new CliFolder(t)
  assert.equal(await dataDirOf(folder, ''), join(folder.path, '.headrace'))
  folder.write('deploy/my.config.ts', "export default { dataDir: 'from-file' }")
  const named = '--config deploy/my.config.ts'
  assert.equal(await dataDirOf(folder, named), join(folder.path, 'deploy/from-file'))
  const env = { HEADRACE_DATA: 'from-env' }
  assert.equal(await dataDirOf(folder, named, env), join(folder.path, 'from-env'))
  assert.equal(await dataDirOf(folder, `${named} --data from-flag`, env), join(folder.path, 'from-flag'))
})

test('headrace.config.ts in the current folder is found without being named', async t => {
  const folder = new CliFolder(t)
  folder.write('headrace.config.ts', "const dataDir: string = 'here'\nexport default { dataDir }")
  assert.equal(await dataDirOf(folder, ''), join(folder.path, 'here'))
})

const wrong: readonly (readonly [string, RegExp])[] = [
  [
    'export default { commitms: 5 }',
    /has no setting "commitms"; there are: dataDir, modelsDir, commitMs, fsync/,
  ],
  [
    "export default { commitMs: 'fast' }",
    /commitMs in the configuration is "fast"; allowed: a whole number from 1/,
  ],
  ['export default { commitMs: 0 }', /commitMs in the configuration is 0; allowed/],
  ["export default { fsync: 'sometimes' }", /is "sometimes"; allowed: 'commit', 'never'/],
  ["export default { retention: '7 days' }", /is "7 days"; allowed: a duration/],
  [
    'export default { limits: { batchRow: 1 } }',
    /limits in bad.config.ts has no setting "batchRow"; there are: batchRows/,
  ],
  ['export default { limits: { batchRows: -1 } }', /limits.batchRows in bad.config.ts is -1; allowed/],
  ['export default 7', /bad.config.ts has to give an object/],
  ['export const config = {}', /no default export, which would be the configuration: it exports only config/],
  ['export default {', /it cannot be loaded: SyntaxError/],
]

for (const [text, message] of wrong) {
  test(`a bad configuration is one readable message: ${text}`, async t => {
    const folder = new CliFolder(t)
    folder.write('bad.config.ts', text)
    const { code, err, out } = await folder.run('log ls --config bad.config.ts')
    assert.equal(code, 78)
    assert.equal(out, '')
    assert.match(err, /^HR_CONFIG_INVALID: /)
    assert.match(err, message)
    assert.doesNotMatch(err, /node:internal|^ {4}at /m)
  })
}

test('a bad value in the environment names the variable', async t => {
  const { code, err } = await new CliFolder(t).run('log ls', { env: { HEADRACE_COMMIT_MS: 'soon' } })
  assert.equal(code, 78)
  assert.match(err, /the environment variable HEADRACE_COMMIT_MS is "soon"/)
})

test('limits of the file are in force', async t => {
  const before = limits.batchRows
  t.after(() => setLimits({ batchRows: before }))
  const folder = new CliFolder(t)
  folder.write('headrace.config.ts', 'export default { limits: { batchRows: 123 } }')
  await folder.run('log ls')
  assert.equal(limits.batchRows, 123)
})

test('a look at a data directory does not create it', async t => {
  const folder = new CliFolder(t)
  await folder.run('log ls')
  await folder.run('state ls')
  assert.equal(existsSync(join(folder.path, '.headrace')), false)
})
