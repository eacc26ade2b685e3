import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { CliFolder, sumJob } from '../support/cli.ts'
import { randomFrom } from '../support/random.ts'
import { root } from '../support/source-tree.ts'

interface Event {
  readonly ts: number
  readonly user: number
  readonly value: number
}

interface Total {
  readonly user: number
  readonly windowStart: number
  readonly total: number
}

interface Line {
  readonly type: string
  readonly text?: string
  readonly read?: number
  readonly inputs?: Record<string, { read: number; passed: number; rejected: number }>
  readonly steps?: Record<string, { in: number; out: number; late: number; rejected: number }>
  readonly commits?: number
}

const start = Date.UTC(2026, 0, 1)

/** In order of time, so that nothing is late; whole values, so that sums are exact. */
function someEvents(count: number): Event[] {
  const random = randomFrom(7)
  return Array.from({ length: count }, (_, i) => ({
    ts: start + i * 50,
    user: Math.floor(random() * 20),
    value: Math.floor(random() * 100),
  }))
}

function linesOf(events: readonly Event[]): string {
  return events.map(event => `${JSON.stringify(event)}\n`).join('')
}

/** Sums of the windows of one partition that end by its watermark: the newest event less a second. */
function expectedTotals(events: readonly Event[]): Total[] {
  const reached = Math.max(...events.map(({ ts }) => ts)) - 1000
  const sums = new Map<string, Total>()
  for (const { ts, user, value } of events) {
    const windowStart = ts - (ts % 10_000)
    if (windowStart + 10_000 > reached) continue
    const key = `${windowStart} ${user}`
    sums.set(key, { user, windowStart, total: (sums.get(key)?.total ?? 0) + value })
  }
  return sorted([...sums.values()])
}

function sorted(totals: readonly Total[]): Total[] {
  return totals.toSorted((a, b) => a.windowStart - b.windowStart || a.user - b.user)
}

async function totalsIn(folder: CliFolder): Promise<Total[]> {
  const records = (await folder.run('log cat totals --json')).json<{ value: Total }>()
  return sorted(records.map(({ value }) => value))
}

test('a run to the end gives every closed window once, and the next one goes on from there', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('sums'))
  const events = someEvents(5000)
  const broken = '{"ts":"soon"}\n'
  await folder.run('log append events --job job.ts --partitions 1', { input: linesOf(events.slice(0, 3000)) })
  await folder.run('log append events', { input: broken })
  const first = await folder.run('run job.ts --until end --json')
  assert.equal(first.code, 0, first.err)
  const summary = first.json<Line>().at(-1)
  assert.deepEqual(summary?.inputs, { events: { read: 3001, passed: 3000, rejected: 1 } })
  assert.deepEqual(await totalsIn(folder), expectedTotals(events.slice(0, 3000)))

  await folder.run('log append events --job job.ts', { input: linesOf(events.slice(3000)) })
  const second = (await folder.run('run job.ts --until end --json')).json<Line>().at(-1)
  assert.deepEqual(second?.inputs, { events: { read: 2000, passed: 2000, rejected: 0 } })
  assert.equal(second?.steps?.totals?.in, 2000)
  assert.deepEqual(await totalsIn(folder), expectedTotals(events))
})

test('a first run creates the topics that the job reads, and says so', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('sums'))
  const { code, out } = await folder.run('run job.ts --until end --partitions 3')
  assert.equal(code, 0)
  assert.match(out, /^created the topic events with 3 partitions/)
  assert.match((await folder.run('log ls')).out, /^events +3 /m)
})

test('--reset-step lets a step begin anew, --reset-step of what is no step is refused', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('sums'))
  const events = someEvents(300)
  await folder.run('log append events --job job.ts --partitions 1', { input: linesOf(events.slice(0, 100)) })
  await folder.run('run job.ts --until end')
  await folder.run('log append events --job job.ts', { input: linesOf(events.slice(100)) })
  const { code } = await folder.run('run job.ts --until end --reset-step totals')
  assert.equal(code, 0)
  assert.deepEqual(await totalsIn(folder), expectedTotals(events.slice(100)))
  const refused = await folder.run('run job.ts --reset-step total')
  assert.equal(refused.code, 2)
  assert.match(refused.err, /the steps of sums are totals, filter-1/)
})

test('Ctrl-C drains and commits; the same one from npm a moment later changes nothing', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('sums'))
  const events = someEvents(2000)
  await folder.run('log append events --job job.ts --partitions 1', { input: linesOf(events) })
  // Commits by time are further apart than the test is long: what is there at the end came with the last one.
  const child = startCli(t, folder, 'run', 'job.ts', '--json', '--commit-ms', '3600000')
  const lines: Line[] = []
  for await (const text of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const line = JSON.parse(text) as Line
    lines.push(line)
    if (line.type === 'status' && line.read === 2000) child.kill('SIGINT')
    if (line.type === 'note') child.kill('SIGINT')
  }
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
  assert.equal(code, 0)
  assert.match(
    lines.find(({ type }) => type === 'note')?.text ?? '',
    /^stopping: the current turn ends and is committed/,
  )
  const summary = lines.at(-1)
  assert.equal(summary?.type, 'summary')
  assert.equal(summary?.commits, 1)
  assert.deepEqual(await totalsIn(folder), expectedTotals(events))
})

function startCli(t: TestContext, folder: CliFolder, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [`${root}cli/main.ts`, ...args], { cwd: folder.path, stdio: 'pipe' })
  t.after(() => child.kill('SIGKILL'))
  return child
}
