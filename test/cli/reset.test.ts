import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { LogHome } from '../../connectors/log/home.ts'
import { CliFolder } from '../support/cli.ts'
import { asLines, expectedTotals, repartitionedSums, summedEvents } from '../support/summing-jobs.ts'

interface Total {
  readonly value: { readonly user: number; readonly windowStart: number; readonly total: number }
}

const events = summedEvents(100)

/** A job that has read a hundred events, in one partition, in two stages. */
async function folderOfJob(t: TestContext): Promise<CliFolder> {
  const folder = new CliFolder(t)
  folder.write('job.ts', repartitionedSums('sums', 'events', 'totals'))
  await folder.run('log append events --job job.ts --partitions 1', { input: asLines(events) })
  await runToEnd(folder)
  return folder
}

async function runToEnd(folder: CliFolder): Promise<void> {
  const { code, err } = await folder.run('run job.ts --until end')
  assert.equal(code, 0, err)
}

/** What has been written so far, in all runs. */
async function totals(folder: CliFolder): Promise<string[]> {
  const { code, err, json } = await folder.run('log cat totals --job job.ts --json')
  assert.equal(code, 0, err)
  return json<Total>()
    .map(({ value }) => `${value.user} ${value.windowStart} ${value.total}`)
    .toSorted()
}

test('a dry run says what would be dropped, and drops nothing', async t => {
  const folder = await folderOfJob(t)
  const before = (await folder.run('state ls sums --json')).out
  const { code, out } = await folder.run('reset job.ts')
  assert.equal(code, 0)
  assert.match(
    out,
    /would be dropped:\n {2}state and positions of 3 tasks\n {2}topic sums.by-user.repartition\n/,
  )
  assert.match(out, /^events +0 +100 +0$/m)
  assert.match(out, /nothing was changed: --yes does it\n$/)
  assert.equal((await folder.run('state ls sums --json')).out, before)
})

test('after a reset the job reads all again; what it had written stays', async t => {
  const folder = await folderOfJob(t)
  const once = expectedTotals(events)
  assert.deepEqual(await totals(folder), once)
  const [told] = (await folder.run('reset job.ts --yes --json')).json<{
    done: boolean
    positions: object[]
  }>()
  assert.deepEqual(told.positions, [{ topic: 'events', partition: 0, position: 100, next: 0 }])
  assert.equal(told.done, true)
  assert.match((await folder.run('state ls')).out, /^no job has state/)
  assert.match((await folder.run('reset job.ts')).out, /nothing is kept of it/)
  await runToEnd(folder)
  assert.deepEqual(await totals(folder), [...once, ...once].toSorted())
})

test('--to begins there, with empty state', async t => {
  const folder = await folderOfJob(t)
  const once = expectedTotals(events)
  assert.equal((await folder.run('reset job.ts --to events:0=40 --yes')).code, 0)
  const [lag] = (await folder.run('lag job.ts --json')).json<{ lag: number }>()
  assert.equal(lag.lag, 60)
  await runToEnd(folder)
  const again = expectedTotals(events.slice(40))
  assert.deepEqual(await totals(folder), [...once, ...again].toSorted())
})

test('--to latest reads only what comes later; a time is looked up in the log', async t => {
  const folder = await folderOfJob(t)
  const once = expectedTotals(events)
  await folder.run('reset job.ts --to latest --yes')
  await runToEnd(folder)
  assert.deepEqual(await totals(folder), once)
  const { out } = await folder.run('reset job.ts --to 2030-01-01T00:00:00Z --json')
  assert.match(out, /"position":100,"next":100/)
})

test('--step drops the state of one step and keeps the positions', async t => {
  const folder = await folderOfJob(t)
  assert.match(
    (await folder.run('reset job.ts --step totals')).out,
    /would be dropped:\n {2}state of step totals/,
  )
  assert.equal((await folder.run('reset job.ts --step totals --yes')).code, 0)
  const later = summedEvents(100, 100)
  await folder.run('log append events --job job.ts', { input: asLines(later) })
  await runToEnd(folder)
  // The window that was open counts from where the step was dropped.
  const expected = [...expectedTotals(events), ...expectedTotals(later)]
  assert.deepEqual(await totals(folder), expected.toSorted())
})

test('a job at work is not reset, and the message says who works on it', async t => {
  const folder = await folderOfJob(t)
  const home = new LogHome({ dir: join(folder.path, '.headrace') })
  const held = await home.openJob('sums', [])
  t.after(() => held.close())
  for (const args of ['reset job.ts', 'reset job.ts --yes', 'reset job.ts --step totals --yes']) {
    const { code, err } = await folder.run(args)
    assert.equal(code, 78)
    assert.match(err, new RegExp(`^HR_STATE_LOCKED: process ${process.pid} is writing here`))
  }
})

const misused: readonly (readonly [string, RegExp])[] = [
  ['--to 12', /--to is "12"; allowed: earliest, latest, a time/],
  ['--to soon', /--to is "soon"; allowed/],
  ['--to other:0=1', /--to names other: the job reads events/],
  ['--to events:0=1,events:1=1', /--to has to name each partition of events once: there are 0 to 0/],
  ['--to latest --step totals', /--step keeps the positions, --to moves them/],
  ['--step total', /--step total: the steps of sums are/],
]

test('what cannot be meant is refused', async t => {
  const folder = await folderOfJob(t)
  for (const [args, message] of misused) {
    const { code, err } = await folder.run(`reset job.ts ${args}`)
    assert.equal(code, 2, args)
    assert.match(err, message)
  }
  const beyond = await folder.run('reset job.ts --to events:0=101')
  assert.match(beyond.err, /^HR_OFFSET_BEYOND_END: there are offsets from 0 up to 100/)
})
