import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'

const start = 1_767_225_600_000

const source = `
import { double, job, long, record, sink, source, string, timestamp, topic } from '@/engine/index.ts'
import { count, filter, sum, tumbling } from '@/operators/index.ts'

const Click = record('Click', { ts: timestamp(), user: string(), kind: string(), value: double() })
const PerUser = record('PerUser', { user: string(), windowStart: timestamp(), clicks: long(), spend: double() })

export default job('clicks', () => {
  source('in', topic('clicks', Click, { time: 'ts', key: 'user', lateness: '2s' })).pipe(
    filter(row => row.kind !== 'bot'),
    tumbling('per-user', { by: 'user', size: '10s' }, { clicks: count(), spend: sum('value') }),
    sink('out', topic('clicks.per-user', PerUser, { key: 'user' })),
  )
})
`

const input = [
  [1, 'u42', 'view', 1],
  [2, 'u7', 'view', 1],
  [4, 'u42', 'bot', 5],
  [9, 'u42', 'buy', 20.5],
  [30, 'u7', 'view', 1],
  [8, 'u42', 'view', 3],
]
  .map(([second, user, kind, value]) =>
    JSON.stringify({ ts: start + (second as number) * 1000, user, kind, value }),
  )
  .join('\n')

async function started(t: TestContext): Promise<CliFolder> {
  const folder = new CliFolder(t)
  folder.write('job.ts', source)
  await folder.run('log append clicks --job job.ts --partitions 1 --data live', { input })
  return folder
}

test('the row, the steps, and the records with those that came too late or were dropped', async t => {
  const folder = await started(t)
  const args = 'why job.ts --topic clicks.per-user --key u42 --window 2026-01-01T00:00:00Z --data live'
  const { code, out, err } = await folder.run(args)
  assert.equal(code, 0, err)
  const lines = out.split('\n').slice(0, -2)
  assert.deepEqual(lines, [
    'clicks.per-user, key u42, window 2026-01-01 00:00:00',
    '',
    '  user         u42',
    '  windowStart  2026-01-01 00:00:00',
    '  clicks       2',
    '  spend        21.5',
    '',
    '  ○ clicks             4 records of partition 0',
    '  │ filter-1           4 rows in, 3 out',
    '  ● tumbling per-user  made one row of 2',
    '  │                    1 more came too late for per-user',
    '  │                    1 more was dropped by filter-1',
    '  │                    → user u42 · windowStart 2026-01-01 00:00:00 · windowEnd 2026-01-01 00:00:10',
    '  │                      clicks 2 · spend 21.5',
    '  ▼ sink out           wrote it',
    '',
    '2 input records made it; 2 more would have been in it:',
    '',
    '  clicks/0, 2026-01-01',
    '  @0  00:00:01.000            {"ts":1767225601000,"user":"u42","kind":"view","value":1}',
    '  @2  00:00:04.000  dropped   {"ts":1767225604000,"user":"u42","kind":"bot","value":5}',
    '  @3  00:00:09.000            {"ts":1767225609000,"user":"u42","kind":"buy","value":20.5}',
    '  @5  00:00:08.000  too late  {"ts":1767225608000,"user":"u42","kind":"view","value":3}',
    '',
  ])
  // Nothing was written: the job has never run.
  const topics = (await folder.run('log ls --data live --json')).json<{ topic: string }>()
  assert.deepEqual(
    topics.map(({ topic }) => topic),
    ['clicks'],
  )
})

test('a row at its position, as JSON, and one that was written by another version of the job', async t => {
  const folder = await started(t)
  await folder.run('run job.ts --no-check --data live --until end')
  const args = 'why job.ts --at clicks.per-user/0@0 --data live --json --limit 1'
  const [same] = (await folder.run(args)).json<{
    differs: string[]
    recordCount: number
    records: { offset: number; fate: string }[]
  }>()
  assert.deepEqual([same.differs, same.recordCount, same.records.length], [[], 4, 1])
  folder.write('changed.ts', source.replace("sum('value')", 'sum(row => row.value * 2)'))
  const { out, code } = await folder.run('why changed.ts --at clicks.per-user/0@0 --data live')
  assert.equal(code, 0)
  assert.match(out, /what was written differs in spend/)
})

test('a row that is not there is said why, with exit code 1; mistakes in the command are told', async t => {
  const folder = await started(t)
  const none = await folder.run(
    'why job.ts --topic clicks.per-user --key u7 --window 2026-01-01T00:00:30Z --data live',
  )
  assert.equal(none.code, 1)
  assert.match(none.out, /has no row of key u7/)
  assert.match(none.out, /its window is not over: it ends at 2026-01-01 00:00:40/)
  for (const [args, message] of [
    ['why job.ts --data live', /--topic is needed/],
    ['why job.ts --topic clicks.per-user --data live', /--key is needed/],
    ['why job.ts --at clicks.per-user --data live', /allowed: TOPIC\/PARTITION@OFFSET/],
    ['why job.ts --at clicks/0@2 --key x --data live', /--at says all of/],
    ['why job.ts --topic clicks.per-user --key x --window soon --data live', /--window is "soon"/],
    ['why job.ts --at clicks.per-user/0@99 --data live', /no topic in/],
  ] as const) {
    const { code, err } = await folder.run(args)
    assert.notEqual(code, 0, args)
    assert.match(err, message)
  }
})
