import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { limits, setLimits } from '../../engine/limits.ts'
import { CliFolder } from '../support/cli.ts'
import { begin, goldenClicks, goldenJob } from '../support/golden-folder.ts'

interface Report {
  readonly isBalanced: boolean
  readonly problems: readonly { id: string; what: string }[]
  readonly inputs: readonly { partition: number; records: number | null; read: number; rejected: number }[]
  readonly steps: readonly { id: string; read: number; used: number; late: number; dropped: number | null }[]
  readonly windows: readonly { id: string; start: number; read: number; used: number; late: number }[] | null
  readonly differences: readonly unknown[] | null
}

/** A live directory: clicks, a record that is none, and a job that has read them with an audit. */
async function liveFolder(
  t: ConstructorParameters<typeof CliFolder>[0],
  args = ' --audit',
): Promise<CliFolder> {
  const folder = new CliFolder(t)
  folder.write('job.ts', goldenJob())
  const [first, second] = [goldenClicks.slice(0, 200), goldenClicks.slice(200)]
  const lines = (clicks: readonly unknown[]) => clicks.map(click => JSON.stringify(click)).join('\n')
  await folder.run('log append clicks --job job.ts --partitions 2 --data live', { input: lines(first) })
  await folder.run(`run job.ts --no-check --data live --until end${args}`)
  await folder.run('log append clicks --data live', { input: '{"ts":"never"}' })
  await folder.run('log append clicks --job job.ts --data live', { input: lines(second) })
  const { code, err } = await folder.run(`run job.ts --no-check --data live --until end${args}`)
  assert.equal(code, 0, err)
  return folder
}

async function audit(folder: CliFolder, args: string): Promise<Report & { code: number }> {
  const { code, json, err } = await folder.run(`audit ${args} --json`)
  assert.equal(err, '')
  return { ...json<Report & Record<string, unknown>>()[0], code }
}

test('a live job accounts for each record, over two runs and a bad record', async t => {
  const folder = await liveFolder(t)
  const report = await audit(folder, 'job.ts --data live --windows')
  assert.deepEqual([report.code, report.problems], [0, []])
  const sum = (of: (input: Report['inputs'][number]) => number | null) =>
    report.inputs.reduce((total, input) => total + (of(input) ?? 0), 0)
  assert.deepEqual(
    [sum(input => input.read), sum(input => input.records), sum(input => input.rejected)],
    [301, 301, 1],
  )
  const kept = goldenClicks.filter(({ amount }) => amount < 9).length
  const [filter] = report.steps
  assert.deepEqual([filter.id, filter.read, filter.used, filter.dropped], ['filter-1', 300, kept, 300 - kept])
  const windows = report.windows?.filter(({ id }) => id === 'w') ?? []
  const perWindow = Map.groupBy(
    goldenClicks.filter(({ amount }) => amount < 9),
    ({ ts }) => Math.floor(ts / 10_000) * 10_000,
  )
  assert.deepEqual(
    new Map(windows.map(({ start, read }) => [start, read])),
    new Map([...perWindow].sort(([a], [b]) => a - b).map(([start, clicks]) => [start, clicks.length])),
  )
  assert.ok(windows.some(({ late, used, read }) => late > 0 && used + late === read))
  const until = new Date(begin + 20_000).toISOString()
  const part = await audit(
    folder,
    `job.ts --data live --from ${new Date(begin).toISOString()} --until ${until}`,
  )
  assert.deepEqual(
    part.windows?.map(({ start }) => start),
    [begin, begin + 10_000],
  )
})

test('a replay has the same audit, in one thread or two; a changed job has not', async t => {
  const folder = await liveFolder(t)
  for (const [dir, workers] of [
    ['one', 1],
    ['two', 2],
  ]) {
    await folder.run(`replay job.ts --data live --out ${dir} --audit --workers ${workers}`)
    const { code, out } = await folder.run(`audit job.ts --data live --against ${dir}`)
    assert.equal(code, 0, out)
    assert.match(out, /all sums come out: 301 records read.*\nthe other audit has the same counts\n/)
  }
  const alone = await audit(folder, 'job.ts --data two --archive live')
  assert.deepEqual(
    [alone.code, alone.inputs.map(({ records }) => records)],
    [0, alone.inputs.map(({ read }) => read)],
  )
  folder.write('changed.ts', goldenJob({ keep: '5' }))
  await folder.run('replay changed.ts --data live --out changed --audit')
  const changed = await folder.run('audit job.ts --data live --against changed')
  assert.equal(changed.code, 1)
  assert.match(changed.out, /filter-1: out {2}\d+, there \d+/)
})

test('threads of a live job count as one does', async t => {
  const one = await liveFolder(t)
  const two = await liveFolder(t, ' --audit --workers 2')
  const { code, out } = await one.run([
    'audit',
    'job.ts',
    '--data',
    'live',
    '--against',
    join(two.path, 'live'),
  ])
  assert.equal(code, 0, out)
})

test('more windows than can be listed are to be named', async t => {
  const folder = await liveFolder(t)
  const before = limits.auditListed
  t.after(() => setLimits({ auditListed: before }))
  setLimits({ auditListed: 3 })
  const { code, err } = await folder.run('audit job.ts --data live --windows')
  assert.equal(code, 2)
  assert.match(err, /more than 3 windows: name fewer with --from and --until/)
  assert.equal((await folder.run('audit job.ts --data live')).code, 0)
})

test('a warm-up counts nothing', async t => {
  const folder = await liveFolder(t)
  const from = new Date(begin + 100_000).toISOString()
  const out = await folder.run(
    `replay job.ts --data live --out warm --audit --from ${from} --warmup 1m --json`,
  )
  assert.equal(out.code, 0, out.err)
  const report = await audit(folder, 'job.ts --data warm --archive live')
  assert.deepEqual([report.code, report.problems], [0, []])
  const summary = out
    .json<{ type: string; inputs?: { in: { read: number } } }>()
    .find(({ type }) => type === 'summary')
  assert.equal(
    report.inputs.reduce((sum, { read }) => sum + read, 0),
    summary?.inputs?.in.read,
  )
})

test('records that were read without an audit are said; a job that has none is an error', async t => {
  const folder = await liveFolder(t, '')
  const none = await folder.run('audit job.ts --data live')
  assert.equal(none.code, 78)
  assert.match(none.err, /HR_TOPIC_UNKNOWN.*run it with --audit/)
  const audited = await liveFolder(t)
  const more = goldenClicks
    .map(({ ts, ...click }) => JSON.stringify({ ...click, ts: ts + 600_000 }))
    .join('\n')
  await audited.run('log append clicks --job job.ts --data live', { input: more })
  await audited.run('run job.ts --no-check --data live --until end')
  await audited.run('log append clicks --job job.ts --data live', {
    input: more.replaceAll('"ts":17672', '"ts":17673'),
  })
  await audited.run('run job.ts --no-check --data live --until end --audit')
  const { code, out } = await audited.run('audit job.ts --data live')
  assert.equal(code, 1)
  assert.match(
    out,
    /the sums do not come out:\n {2}in \(clicks-0\): read without an audit: offsets \d+ up to \d+/,
  )
})

test('the flagship accounts for each record', async t => {
  const folder = new CliFolder(t)
  folder.write(
    'job.ts',
    `import flagship from '@/jobs/clickstream.ts'
export default { ...flagship, options: { ...flagship.options, audit: true } }`,
  )
  await folder.run('demo --events 20000 --json --data live')
  const replayed = await folder.run('replay job.ts --data live --out again --json')
  assert.equal(replayed.code, 0, replayed.err)
  const report = await audit(folder, 'job.ts --data again --archive live')
  assert.deepEqual([report.code, report.problems], [0, []])
  assert.ok(report.steps.length > 10)
})
