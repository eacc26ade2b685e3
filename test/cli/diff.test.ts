import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { Report } from '../../backtest/report/report.ts'
import { csvCells } from '../../cli/diff/table-file.ts'
import { CliFolder, sumJob } from '../support/cli.ts'

const start = Date.UTC(2026, 0, 31)

/** A folder with the outputs of two jobs over the same events: the second leaves out values below one. */
async function twoOutputs(t: TestContext): Promise<CliFolder> {
  const folder = new CliFolder(t)
  folder.write('old.ts', sumJob('sums'))
  folder.write('new.ts', sumJob('sums', 'row.value >= 1'))
  const events = Array.from({ length: 40 }, (_, i) => ({
    ts: start + i * 1000,
    user: i % 4,
    value: i === 8 ? 0.5 : i % 4 === 3 && i < 10 ? 0.25 : i,
  }))
  const input = [...events, { ts: start + 60_000, user: 9, value: 1 }]
    .map(one => JSON.stringify(one))
    .join('\n')
  for (const job of ['old', 'new']) {
    await folder.run(`log append events --job ${job}.ts --partitions 2 --data ${job}`, { input })
    const { code, err } = await folder.run(`run ${job}.ts --until end --no-check --data ${job}`)
    assert.equal(code, 0, err)
  }
  return folder
}

test('two outputs are compared: as a table, as JSON, as a page', async t => {
  const folder = await twoOutputs(t)
  const { code, out } = await folder.run('diff old new --topic totals --job new.ts --html diff.html')
  assert.equal(code, 1)
  const lines = out.split('\n')
  assert.ok(lines.every(line => line.length <= 80))
  assert.equal(lines[0], 'totals: different')
  assert.match(out, /^changed +1 /m)
  assert.match(out, /^only in A +1 /m)
  assert.match(out, /user=0 windowStart=2026-01-31 00:00:00\n +total {2}4.5 -> 4\n/)
  const page = readFileSync(join(folder.path, 'diff.html'), 'utf8')
  assert.match(page, /^<!doctype html>/)
  assert.match(page, /<svg /)

  const { code: jsonCode, ...answer } = await folder.run('diff old new --topic totals --job new.ts --json')
  assert.equal(jsonCode, 1)
  const [report] = answer.json<Report>()
  assert.deepEqual(report!.key, ['user', 'windowStart'])
  assert.deepEqual(report!.rows, { a: report!.equal + 2, b: report!.equal + 1 })
  assert.deepEqual(report!.biggest[0]!.fields, [{ field: 'total', a: 4.5, b: 4 }])
  assert.deepEqual(report!.firstOnlyA[0]!.row, { user: 3, windowStart: start, total: 0.5 })
  assert.deepEqual(report!.byKey.top[0], { key: '0', changed: 1, onlyA: 0, onlyB: 0 })
})

test('equal outputs, or differences that are tolerated, are exit 0', async t => {
  const folder = await twoOutputs(t)
  assert.equal((await folder.run('diff old old --topic totals')).code, 0)
  const live = await folder.run('diff old live --topic totals --data old')
  assert.equal(live.code, 0)
  assert.match(live.out, /^totals: equal\nA {2}old, \d+ rows\nB {2}live: .*old, \d+ rows$/m)
  const [before, after] = [new Date(start + 10_000).toISOString(), new Date(start + 40_000).toISOString()]
  assert.equal((await folder.run(`diff old new --topic totals --from ${before} --until ${after}`)).code, 0)
  const only = '--topic totals --key user,windowStart --tolerance total=12%'
  const [report] = (await folder.run(`diff old new ${only} --json`)).json<Report>()
  assert.deepEqual([report!.changed, report!.near, report!.onlyA], [0, 1, 1])
  const [ignoring] = (await folder.run('diff old new --topic totals --ignore total --json')).json<Report>()
  assert.deepEqual([ignoring!.changed, ignoring!.compared, ignoring!.ignored], [0, [], ['total']])
})

test('alarms are judged by labels from a file, CSV or JSON', async t => {
  const folder = await twoOutputs(t)
  folder.write(
    'labels.csv',
    'user,windowStart,label\r\n0,2026-01-31T00:00:00Z,1\r\n3,2026-01-31T00:00:00Z,0\r\n',
  )
  folder.write('labels.jsonl', `{"user":0,"windowStart":${start}}\n`)
  for (const file of ['labels.csv', 'labels.jsonl']) {
    const args = `diff old new --topic totals --job new.ts --labels ${file} --score total --threshold 4,4.5 --json`
    const [report] = (await folder.run(args)).json<Report>()
    const { count, figures } = report!.labels!
    assert.equal(count, 1)
    assert.deepEqual([figures.a.found, figures.b.found, figures.a.recall, figures.b.recall], [1, 0, 1, 0])
  }
  const text = await folder.run('diff old new --topic totals --job new.ts --labels labels.csv')
  assert.match(text.out, /^Each row is an alarm\.\nalarms, judged by 1 labels +A +B$/m)
  folder.write('bad.csv', 'user,windowStart\n0,noon\n')
  const bad = await folder.run('diff old new --topic totals --job new.ts --labels bad.csv')
  assert.match(bad.err, /^HR_RECORD_MISMATCH: line 2: "noon" is no time/)
})

test('lists of items are judged by what their users took later, without a job', async t => {
  const folder = new CliFolder(t)
  const lists = (second: number) =>
    `{"user":1,"ts":1000,"items":[5,${second},7]}\n{"user":2,"ts":1000,"items":[5]}\n`
  for (const [data, second] of [
    ['old', 6],
    ['new', 8],
  ] as const) {
    const { code } = await folder.run(`log append offers --key user --partitions 1 --data ${data}`, {
      input: lists(second),
    })
    assert.equal(code, 0)
  }
  folder.write('later.csv', 'user,item,ts\n1,8,1001\n1,5,1000\n1,9,1970-01-01T00:00:02Z\n3,5,2000\n')
  const args = 'diff old new --topic offers --interactions later.csv --k 2'
  const [report] = (await folder.run(`${args} --json`)).json<Report>()
  const { a, b } = report!.ranking!.figures
  assert.deepEqual(a, { judged: 1, notJudged: 1, recall: 0, ndcg: 0 })
  assert.equal(b.recall, 0.5)
  assert.ok(Math.abs(b.ndcg! - 1 / Math.log2(3) / (1 + 1 / Math.log2(3))) < 1e-12)
  assert.match((await folder.run(args)).out, /^recall@2 +0% +50%$/m)
})

test('what is asked wrongly is said before anything is compared', async t => {
  const folder = await twoOutputs(t)
  const wrong: [args: string, message: RegExp][] = [
    ['diff old --topic totals', /needs <B>/],
    ['diff old new', /--topic is needed/],
    ['diff old none --topic totals', /there is no directory "none"/],
    ['diff old new --topic totals --key nobody', /has no column "nobody"; it has user, windowStart, total/],
    ['diff old new --topic totals --tolerance total', /--tolerance is "total"/],
    ['diff old new --topic totals --tolerance total=x', /--tolerance gives "x"/],
    ['diff old new --topic totals --tolerance none=1', /has no column "none"/],
    ['diff old new --topic totals --bucket 1y', /--bucket is "1y"/],
    ['diff old new --topic totals --bucket 1ms', /buckets of 1 ms are too many/],
    ['diff old new --topic totals --from noon', /--from is "noon"/],
    ['diff old new --topic totals --score total', /--score goes with --labels/],
    ['diff old new --topic totals --interactions x --items total', /it has to be one of array, vector/],
    ['diff old new --topic totals --html no/such/place', /--html: no\/such\/place cannot be written/],
  ]
  for (const [args, message] of wrong) {
    const { code, err } = await folder.run(args)
    assert.equal(code, 2, args)
    assert.match(err, message)
  }
  const { code, err } = await folder.run('diff old new --topic none')
  assert.equal(code, 78)
  assert.match(err, /^HR_TOPIC_UNKNOWN: /)
})

test('cells of CSV may be in quotes', () => {
  assert.deepEqual(csvCells('a,"b,""c""",,d\r'), ['a', 'b,"c"', '', 'd'])
  assert.deepEqual(csvCells(''), [''])
  assert.throws(() => csvCells('"a'), /a quote is not closed/)
})
