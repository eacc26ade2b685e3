import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'
import { disorderedEvents, naiveTotals, parametricJob } from '../support/parametric-job.ts'

const events = disorderedEvents(400, 3)

/** A folder with the job and its events. */
async function folderFor(t: TestContext): Promise<CliFolder> {
  const folder = new CliFolder(t)
  folder.write('job.ts', parametricJob('sums'))
  const input = events.map(event => JSON.stringify(event)).join('\n')
  await folder.run('log append events --job job.ts --partitions 1', { input })
  return folder
}

async function totalsIn(folder: CliFolder, data = '.headrace'): Promise<string[]> {
  const { json } = await folder.run(`log cat totals --job job.ts --data ${data} --json`)
  const rows = json<{ value: { user: number; windowStart: number; total: number } }>()
  return rows.map(({ value }) => `${value.user} ${value.windowStart} ${value.total}`).toSorted()
}

for (const workers of [1, 2]) {
  test(`run --set goes to the job, with ${workers} workers`, async t => {
    const folder = await folderFor(t)
    const set = `--set least=50 --set lateness=20s --workers ${workers}`
    const { code, err } = await folder.run(`run job.ts --no-check --until end ${set}`)
    assert.equal(code, 0, err)
    assert.deepEqual(await totalsIn(folder), naiveTotals(events, { least: 50, latenessMs: 20_000 }).rows)
  })
}

test('the command line goes before the configuration, and that before the fallback', async t => {
  const folder = await folderFor(t)
  folder.write('headrace.config.ts', "export default { parameters: { least: 30, lateness: '5s' } }")
  const { out } = await folder.run('check job.ts --set least=40')
  assert.match(out, /parameter least is 40, 0 unless it is set\n/)
  assert.match(out, /parameter lateness is 5s, 1s unless it is set\n/)
  assert.match(out, /parameter size is 10s\n/)
  const graph = await folder.run('graph job.ts')
  assert.match(graph.out, /^job sums\n {2}parameter least is 30, 0 unless it is set\n/)
  await folder.run('run job.ts --no-check --until end')
  assert.deepEqual(await totalsIn(folder), naiveTotals(events, { least: 30, latenessMs: 5000 }).rows)
})

const wrong: readonly (readonly [string, number, RegExp])[] = [
  [
    '--set latenes=5s',
    78,
    /HR_PARAMETER_UNKNOWN: the job has no parameter "latenes"; its .* least, lateness, size/,
  ],
  ['--set least=much', 78, /HR_PARAMETER_INVALID: least is "much"; allowed: a number, at most 1000;/],
  ['--set lateness', 2, /--set is "lateness"; allowed: a parameter and its value, as lateness=5s/],
  ['--set least=1 --set least=2', 2, /--set gives least twice/],
]

for (const [set, exit, message] of wrong) {
  test(`what cannot be set is said at once: ${set}`, async t => {
    const folder = await folderFor(t)
    const commands = ['run job.ts --no-check', 'replay job.ts --out again', 'graph job.ts', 'lag job.ts']
    for (const command of commands) {
      const { code, err } = await folder.run(`${command} ${set}`)
      assert.equal(code, exit, command)
      assert.match(err, message)
    }
  })
}

test('a configuration whose parameters are none', async t => {
  const folder = await folderFor(t)
  folder.write('headrace.config.ts', 'export default { parameters: { least: [1, 2] } }')
  assert.match((await folder.run('graph job.ts')).err, /HR_CONFIG_INVALID: parameters.least in .* is \[1,2\]/)
  folder.write('other.config.ts', 'export default { parameters: 5 }')
  const { err } = await folder.run('graph job.ts --config other.config.ts')
  assert.match(err, /HR_CONFIG_INVALID: parameters in other.config.ts has to be an object/)
})

test('a job that is named has no parameters to set', async t => {
  const { code, err } = await (await folderFor(t)).run('lag sums --set least=1')
  assert.equal(code, 2)
  assert.match(err, /--set goes with a job that is given as its file/)
})

test('a replay with another value is another replay', async t => {
  const folder = await folderFor(t)
  const first = await folder.run('replay job.ts --out again --set least=50')
  assert.equal(first.code, 0, first.err)
  assert.deepEqual(await totalsIn(folder, 'again'), naiveTotals(events, { least: 50 }).rows)
  const other = await folder.run('replay job.ts --out again --set least=60')
  assert.match(other.err, /HR_REPLAY_RANGE.*parameters least=50 lateness=1s size=10s, not of .*least=60/)
  const none = await folder.run('replay job.ts --out again')
  assert.match(none.err, /HR_REPLAY_RANGE.*not of .*least=0/)
})

test('a window of another size does not go on with the windows that are stored', async t => {
  const folder = await folderFor(t)
  await folder.run('run job.ts --no-check --until end')
  const { code, err } = await folder.run('run job.ts --no-check --until end --set size=20s')
  assert.equal(code, 1)
  assert.match(err, /HR_STATE_INCOMPATIBLE: .*sizeMs/)
  assert.match((await folder.run('check job.ts --set size=20s')).out, /FAULT state .*HR_STATE_INCOMPATIBLE/)
  const least = await folder.run('run job.ts --no-check --until end --set least=5')
  assert.equal(least.code, 0, least.err)
})
