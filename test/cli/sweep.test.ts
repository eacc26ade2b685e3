import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { runCli } from '../../cli/cli.ts'
import { limits, setLimits } from '../../engine/limits.ts'
import { CliFolder } from '../support/cli.ts'
import { disorderedEvents, naiveTotals, parametricJob } from '../support/parametric-job.ts'

const events = disorderedEvents(500, 8)
const latenesses = { '0s': 0, '1s': 1000, '5s': 5000, '20s': 20_000 }

interface Line {
  readonly type: string
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly metrics?: Readonly<Record<string, number | null>>
  readonly dir?: string
  readonly done?: number
  readonly complete?: boolean
  readonly text?: string
}

const jsonOf = (some: readonly object[]) => some.map(event => JSON.stringify(event)).join('\n')

/** A folder with the job and its events in one partition. */
async function folderFor(t: TestContext): Promise<CliFolder> {
  const folder = new CliFolder(t)
  folder.write('job.ts', parametricJob('sums'))
  await folder.run('log append events --job job.ts --partitions 1', { input: jsonOf(events) })
  return folder
}

async function sweepOf(folder: CliFolder, args: string) {
  const { code, err, json } = await folder.run(`sweep job.ts --json --out sweep ${args}`)
  assert.equal(code, 0, err)
  const lines = json<Line>()
  const rows = lines.filter(({ type }) => type === 'combination')
  return { rows, notes: lines.flatMap(({ text = [] }) => text), summary: lines.at(-1) as Line }
}

test('each combination counts what a naive computation does', async t => {
  const folder = await folderFor(t)
  const { rows, summary } = await sweepOf(folder, '--set lateness=0s,1s,5s,20s --set least=0,50')
  const counted = rows.map(({ parameters, metrics }) => [
    parameters?.lateness,
    parameters?.least,
    metrics?.late,
    metrics?.['rows:totals-out'],
    metrics?.read,
    metrics?.rejected,
  ])
  const expected = Object.entries(latenesses).flatMap(([lateness, latenessMs]) =>
    [0, 50].map(least => {
      const { late, rows } = naiveTotals(events, { latenessMs, least })
      return [lateness, least, late, rows.length, events.length, 0]
    }),
  )
  assert.deepEqual(counted, expected)
  assert.ok(new Set(expected.map(([, , late]) => late)).size > 4)
  assert.deepEqual([summary.type, summary.done, summary.complete], ['summary', 8, true])
  assert.equal(rows[0].dir, join(folder.path, 'sweep', 'lateness=0s,least=0'))
  const { json } = await folder.run('log cat totals --job job.ts --data sweep/lateness=5s,least=50 --json')
  assert.equal(json().length, naiveTotals(events, { latenessMs: 5000, least: 50 }).rows.length)
})

test('the table shows what differs, and says what is the same; it can be ordered, chosen and written', async t => {
  const folder = await folderFor(t)
  const command = 'sweep job.ts --out sweep --set lateness=0s,20s,5s'
  const { out, err } = await folder.run(`${command} --sort late --csv table.csv`)
  const late = Object.fromEntries(
    Object.entries(latenesses).map(([text, latenessMs]) => [text, naiveTotals(events, { latenessMs }).late]),
  )
  const cells = out.split('\n').map(line => line.split(/ {2,}/))
  const table = cells.slice(cells.findIndex(([name]) => name === 'lateness'))
  assert.deepEqual(
    table.slice(0, 4).map(([lateness, , count]) => [lateness, count]),
    [['lateness', 'late'], ...['20s', '5s', '0s'].map(one => [one, String(late[one])])],
    err,
  )
  assert.match(out, /\nthe same in all: rejected 0, read 500\n/)
  assert.match(out, /\n3 of 3 combinations: sweep\n$/)
  const csv = readFileSync(join(folder.path, 'table.csv'), 'utf8').split('\n')
  assert.equal(csv[0], 'lateness,rows:totals-out,late,rejected,read,seconds,dir')
  assert.match(csv[1], new RegExp(`^20s,\\d+,${late['20s']},0,500,[\\d.]+,.*lateness=20s$`))
  const chosen = await folder.run(`${command} --metric read --metric late --sort late:desc`)
  assert.match(chosen.out, new RegExp(`\\nlateness +read +late\\n0s +500 +${late['0s']}\\n5s +500 `))
})

test('what is complete is not run again; what is not goes on; further values read the same records', async t => {
  const folder = await folderFor(t)
  const first = await sweepOf(folder, '--set lateness=0s,5s')
  const known = join(folder.path, 'sweep/lateness=0s/outcome.json')
  writeFileSync(known, readFileSync(known, 'utf8').replace(/"seconds": .*/, '"seconds": 123'))
  rmSync(join(folder.path, 'sweep/lateness=5s/outcome.json'))
  await folder.run('log append events --job job.ts', { input: jsonOf(disorderedEvents(100, 9)) })
  const again = await sweepOf(folder, '--set lateness=0s,5s,20s')
  assert.equal(again.rows[0].metrics?.seconds, 123)
  assert.match(again.notes[0], /^1 of 3 {2}lateness=0s: complete already$/)
  assert.match(again.notes[1], /^2 of 3 {2}lateness=5s$/)
  assert.match(again.notes[2], /^going on with the replay in /)
  const withoutSeconds = (line: Line) => ({ ...line.metrics, seconds: 0 })
  assert.deepEqual(again.rows.slice(0, 2).map(withoutSeconds), first.rows.map(withoutSeconds))
  assert.equal(again.rows[2].metrics?.read, events.length)
  assert.equal(again.rows[2].metrics?.late, naiveTotals(events, { latenessMs: 20_000 }).late)
  const third = await sweepOf(folder, '--set lateness=20s')
  assert.deepEqual(third.notes, ['1 of 1  lateness=20s: complete already'])
  assert.deepEqual(third.rows[0].metrics, again.rows[2].metrics)
})

test('a sweep that is stopped tells what is complete, and goes on', async t => {
  const folder = await folderFor(t)
  const out = new PassThrough()
  let text = ''
  out.on('data', chunk => {
    text += chunk
    if (/2 of 4/.test(String(chunk))) process.emit('SIGINT', 'SIGINT')
  })
  const io = { in: Readable.from([]), out, err: new PassThrough(), env: {}, cwd: folder.path }
  const args = 'sweep job.ts --out sweep --set lateness=0s,1s,5s,20s'
  assert.equal(await runCli(args.split(' '), io), 0)
  assert.match(
    text,
    /\n2 of 4 combinations: sweep\nstopped before the end: the same command goes on from here\n$/,
  )
  const { notes, summary } = await sweepOf(folder, '--set lateness=0s,1s,5s,20s')
  assert.deepEqual(notes, [
    '1 of 4  lateness=0s: complete already',
    '2 of 4  lateness=1s: complete already',
    '3 of 4  lateness=5s',
    '4 of 4  lateness=20s',
  ])
  assert.equal(summary.complete, true)
})

test('outputs are compared with those of the first combination, and judged by labels', async t => {
  const folder = await folderFor(t)
  const rowsOf = (latenessMs: number) => naiveTotals(events, { latenessMs }).rows
  const keyOf = (row: string) => row.slice(0, row.lastIndexOf(' '))
  const labelled = rowsOf(20_000).filter((_, index) => index % 3 === 0)
  const labels = labelled.map(row => row.split(' ').map(Number))
  const text = labels.map(([user, windowStart]) => JSON.stringify({ user, windowStart })).join('\n')
  folder.write('known.jsonl', text)
  const judged = '--topic totals --against first --labels known.jsonl --sort recall:desc'
  const { rows } = await sweepOf(folder, `--set lateness=0s,5s ${judged}`)
  const first = rowsOf(0)
  for (const { parameters, metrics } of rows) {
    const own = rowsOf(latenesses[parameters?.lateness as '0s'])
    const ownKeys = new Set(own.map(keyOf))
    const firstKeys = new Set(first.map(keyOf))
    const equal = own.filter(row => first.includes(row)).length
    const changed = own.filter(row => firstKeys.has(keyOf(row))).length - equal
    const found = labelled.filter(row => ownKeys.has(keyOf(row))).length
    assert.equal(metrics?.equal, equal)
    assert.equal(metrics?.changed, changed)
    assert.equal(metrics?.onlyA, first.filter(row => !ownKeys.has(keyOf(row))).length)
    assert.equal(metrics?.onlyB, own.filter(row => !firstKeys.has(keyOf(row))).length)
    assert.equal(metrics?.alarms, own.length)
    assert.equal(metrics?.precision, found / own.length)
    assert.equal(metrics?.recall, found / labelled.length)
  }
  assert.ok(rows.some(({ metrics }) => Number(metrics?.changed) > 0))
  assert.ok(Number(rows[0].metrics?.recall) >= Number(rows[1].metrics?.recall))
  const alone = await sweepOf(folder, '--set lateness=0s,5s --topic totals --labels known.jsonl')
  assert.equal(alone.rows[0].metrics?.alarms, first.length)
  assert.equal(alone.rows[0].metrics?.changed, undefined)
})

const wrong: readonly (readonly [string, RegExp])[] = [
  ['--out sweep', /HR_USAGE: --set is needed/],
  ['--set least=1', /HR_USAGE: --out is needed/],
  ['--out sweep --set least=1,2,1', /--set gives least the value "1" twice/],
  ['--out sweep --set least=1,much', /HR_PARAMETER_INVALID: least is "much"/],
  ['--out sweep --set most=1', /HR_PARAMETER_UNKNOWN: the job has no parameter "most"/],
  [
    '--out sweep --set least=1,2 --metric lates',
    /there is no metric "lates"; there are rows:totals-out, late/,
  ],
  ['--out sweep --set least=1,2 --sort equal', /there is no metric "equal"/],
  ['--out sweep --set least=1,2 --against nowhere', /there is no directory "nowhere"/],
  ['--out sweep --set least=1,2 --labels known.csv', /--topic is needed once/],
  ['--out sweep --set least=1,2 --topic totals', /--topic goes with --against, --labels or --interactions/],
  ['--out sweep --set least=1,2 --against first --topic sums', /HR_TOPIC_UNKNOWN: .*its outputs are totals/],
  ['--out . --set least=1,2', /HR_REPLAY_RANGE: something else is in it/],
]

for (const [args, message] of wrong) {
  test(`a sweep that cannot be is refused before anything runs: ${args}`, async t => {
    const { code, err, out } = await (await folderFor(t)).run(`sweep job.ts ${args}`)
    assert.notEqual(code, 0)
    assert.match(err, message)
    assert.equal(out, '')
  })
}

test('the size of a grid is bounded', async t => {
  const { sweepCombinations } = limits
  t.after(() => setLimits({ sweepCombinations }))
  setLimits({ sweepCombinations: 5 })
  const folder = await folderFor(t)
  const { code, err } = await folder.run('sweep job.ts --out sweep --set least=1,2,3 --set lateness=1s,2s')
  assert.equal(code, 78)
  assert.match(err, /HR_SWEEP_SIZE: 3 of least times 2 of lateness are 6 combinations; at most 5 are run/)
})

test('another sweep in the same directory is refused', async t => {
  const folder = await folderFor(t)
  await sweepOf(folder, '--set least=1')
  const { err } = await folder.run('sweep job.ts --out sweep --set least=1 --from 5')
  assert.match(err, /HR_REPLAY_RANGE: it has the results of .*from earliest.*, not of .*from 5/)
  const other = await folder.run('replay job.ts --out sweep')
  assert.match(other.err, /HR_REPLAY_RANGE: something else is in it/)
})
