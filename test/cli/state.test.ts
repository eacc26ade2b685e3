import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { CliFolder, sumJob } from '../support/cli.ts'

const start = Date.UTC(2026, 0, 1)

/** A folder where the job has read ten events of five users, whose windows are open. */
async function folderWithState(t: TestContext): Promise<CliFolder> {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('sums'))
  const input = Array.from(
    { length: 10 },
    (_, i) => `{"ts":${start + i},"user":${i % 5},"value":${i}}\n`,
  ).join('')
  await folder.run('log append events --job job.ts --partitions 1', { input })
  const { code, err } = await folder.run('run job.ts --until end')
  assert.equal(code, 0, err)
  return folder
}

test('state ls lists jobs, and positions and tables of one', async t => {
  const folder = await folderWithState(t)
  assert.equal((await folder.run('state ls')).out, 'sums\n')
  for (const job of ['sums', 'job.ts']) {
    const { out } = await folder.run(`state ls ${job}`)
    assert.match(out, /^0-0 +events +10 +2025-12-31T23:59:59.009Z +10$/m)
    assert.match(out, /^0-0 +totals +tumbling +\d+ +5 /m)
  }
  const [task] = (await folder.run('state ls sums --json')).json<{
    task: string
    inputs: { position: number }[]
  }>()
  assert.equal(task.task, '0-0')
  assert.equal(task.inputs[0].position, 10)
})

test('state show prints rows of the tables of a step', async t => {
  const folder = await folderWithState(t)
  const { out } = await folder.run('state show sums --step totals')
  const rows = out.split('\n').filter(line => line.startsWith('  '))
  assert.equal(rows.length, 5)
  const keys = rows.map(line => (JSON.parse(line) as { key: number }).key)
  assert.deepEqual(keys.toSorted(), [0, 1, 2, 3, 4])
  const limited = await folder.run('state show sums --step totals --limit 2')
  assert.equal(limited.out.split('\n').filter(line => line.startsWith('  ')).length, 2)
  const unknown = await folder.run('state show sums --step total')
  assert.equal(unknown.code, 2)
  assert.match(unknown.err, /steps with state are totals/)
})

test('looking changes no file', async t => {
  const folder = await folderWithState(t)
  const directory = join(folder.path, '.headrace/state/sums')
  const before = readdirSync(directory)
  await folder.run('state ls sums')
  await folder.run('state show sums --step totals')
  await folder.run('check job.ts')
  assert.deepEqual(readdirSync(directory), before)
})

test('check tells what a changed job drops, begins anew, or cannot read', async t => {
  const folder = await folderWithState(t)
  folder.write('more.ts', sumJob('sums', 'true', '{ total: sum(row => row.value), clicks: count() }'))
  const more = await folder.run('check more.ts --json')
  assert.equal(more.code, 0, more.out)
  const state = more.json<{ name: string; lines: string[] }>().find(({ name }) => name === 'state')
  assert.match(state?.lines.join('\n') ?? '', /step totals has changed: starts empty: clicks/)
  folder.write('other.ts', sumJob('sums').replace("size: '10s'", "size: '20s'"))
  const other = await folder.run('check other.ts')
  assert.equal(other.code, 1)
  assert.match(other.out, /^FAULT state +HR_STATE_INCOMPATIBLE: /m)
  assert.match(other.out, /--reset-step/)
})
