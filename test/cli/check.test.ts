import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CliFolder, sumJob } from '../support/cli.ts'
import { root } from '../support/source-tree.ts'

interface Finding {
  readonly name: string
  readonly outcome: string
  readonly lines: readonly string[]
}

test('check of a good job says what it looked at, and creates nothing', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('sums'))
  const { code, out } = await folder.run('check job.ts --json')
  assert.equal(code, 0, out)
  const findings = out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Finding)
  assert.deepEqual(
    findings.map(({ name, outcome }) => [name, outcome]),
    ['config', 'types', 'graph', 'topics', 'state'].map(name => [name, 'ok']),
  )
  assert.match(findings[1].lines[0], /^not checked: the project has no TypeScript/)
  assert.deepEqual(findings[3].lines, [
    'events: not there yet, a run creates it with 4 partitions',
    'totals: not there yet, a run creates it with 4 partitions',
    'sums.dead-letter: not there yet, a run creates it with 1 partition',
  ])
  assert.match((await folder.run('log ls')).out, /^no topics/)
})

test('check and run use the TypeScript of the project that the job lies in', async t => {
  const folder = new CliFolder(t)
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'))
  folder.write('good.ts', sumJob('sums'))
  assert.match((await folder.run('check good.ts')).out, /^ok +types +TypeScript \S+ has no complaint$/m)
  folder.write('bad.ts', sumJob('sums', 'row.nothere > 0'))
  const { code, out } = await folder.run('check bad.ts')
  assert.equal(code, 1)
  assert.match(
    out,
    /^FAULT types +HR_JOB_TYPES: TypeScript \S+ complains:\n +bad.ts\(\d+,\d+\): error TS2339/m,
  )
  assert.match(out, /^ok +graph /m)
  const run = await folder.run('run bad.ts --until end')
  assert.equal(run.code, 1)
  assert.match(run.err, /^HR_JOB_TYPES: TypeScript \S+ complains:\n.*bad.ts\(\d+,\d+\): error TS2339/)
  assert.equal((await folder.run('run bad.ts --until end --no-check')).code, 0)
})

test('check finds a bad graph, a bad configuration and topics that do not go together', async t => {
  const folder = new CliFolder(t)
  folder.write('key.ts', sumJob('sums').replace("by: 'user'", "by: 'usr' as never"))
  const graph = await folder.run('check key.ts')
  assert.equal(graph.code, 1)
  assert.match(graph.out, /^FAULT graph +HR_COLUMN_UNKNOWN: /m)
  folder.write('headrace.config.ts', 'export default { partitions: 0 }')
  folder.write('job.ts', sumJob('sums'))
  const config = await folder.run('check job.ts')
  assert.equal(config.code, 78)
  assert.match(config.out, /^FAULT config +HR_CONFIG_INVALID: /m)
  assert.match(config.out, /^ok +graph /m)
})
