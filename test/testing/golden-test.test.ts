import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Job } from '../../engine/index.ts'
import { goldenTest, testJob } from '../../testing/index.ts'
import type { CliFolder } from '../support/cli.ts'
import { goldenClicks, goldenFolder, goldenJob } from '../support/golden-folder.ts'

async function jobIn(folder: CliFolder, file: string): Promise<Job> {
  return (await import(pathToFileURL(join(folder.path, file)).href)).default
}

test('a golden test of a test file is that of the command line', async t => {
  const folder = await goldenFolder(t, 2)
  const dir = join(folder.path, 'golden/hour')
  const counting = await jobIn(folder, 'job.ts')
  await assert.rejects(goldenTest(counting, dir), { code: 'HR_GOLDEN_FILE' })
  await goldenTest(counting, dir, { update: true })
  await goldenTest(counting, dir)
  assert.equal((await folder.run('golden check job.ts')).code, 0)
  folder.write('changed.ts', goldenJob({ keep: '10' }))
  await assert.rejects(goldenTest(await jobIn(folder, 'changed.ts'), dir), (error: Error) => {
    assert.equal(error.name, 'AssertionError')
    assert.match(
      error.message,
      /per-user: .* changed.*\n {4}windowStart=.* user=\d\n {6}clicks {2}\d -> \d\n/,
    )
    assert.match(error.message, /HEADRACE_GOLDEN=update accepts what is found$/)
    return true
  })
})

test('the environment, or the flag of snapshot tests, turns a test into an update', async t => {
  const folder = await goldenFolder(t)
  folder.write(
    'job.test.ts',
    `import { test } from 'node:test'
import { goldenTest } from '@/testing/index.ts'
import job from './job.ts'
test('golden', () => goldenTest(job, 'golden/hour'))
`,
  )
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const run = (flags: readonly string[], golden = '') =>
    spawnSync(process.execPath, [...flags, 'job.test.ts'], {
      cwd: folder.path,
      env: { ...env, HEADRACE_GOLDEN: golden },
    }).status
  const file = join(folder.path, 'golden/hour/expected/golden.json')
  assert.equal(run([]), 1)
  assert.equal(existsSync(file), false)
  assert.equal(run(['--test', '--test-update-snapshots']), 0)
  assert.equal(existsSync(file), true)
  folder.write('job.ts', goldenJob({ keep: '5' }))
  assert.equal(run([]), 1)
  assert.equal(run([], 'update'), 0)
  assert.equal(run([]), 0)
})

test('a driver takes a slice as if its records had just come', async t => {
  const folder = await goldenFolder(t, 2)
  const counting = await jobIn(folder, 'job.ts')
  const dir = join(folder.path, 'golden/hour/slice')
  const driver = testJob(counting, { partitions: 2 }).pushSlice(dir)
  const { tasks } = await driver.inspect()
  assert.equal(
    tasks.reduce((sum, { inputs }) => sum + inputs[0].counters.read, 0),
    goldenClicks.length,
  )
  driver.advanceTo(2e12)
  const rows = await driver.output<{ clicks: number }>('per-user')
  const late = await driver.output('late-clicks')
  const kept = goldenClicks.filter(({ amount }) => amount < 9).length
  assert.equal(rows.reduce((sum, { clicks }) => sum + clicks, 0) + late.length, kept)
  await driver.close()
  const narrow = testJob(counting).pushSlice(dir)
  await assert.rejects(narrow.output('per-user'), { code: 'HR_PARTITIONS_DIFFER' })
})

test('a tolerance that is none is refused', async t => {
  const folder = await goldenFolder(t)
  const dir = join(folder.path, 'golden/hour')
  const counting = await jobIn(folder, 'job.ts')
  await goldenTest(counting, dir, { update: true })
  await assert.rejects(goldenTest(counting, dir, { tolerances: { spent: 'little' } }), {
    code: 'HR_CONFIG_INVALID',
  })
})
