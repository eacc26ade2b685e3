import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CliFolder, sumJob } from '../support/cli.ts'

interface Printed {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: unknown
  readonly value: unknown
  readonly problem?: string
}

test('lines without a job are kept as they are, by key and in order', async t => {
  const folder = new CliFolder(t)
  const lines = Array.from({ length: 100 }, (_, i) => `{"n": ${i}, "id":"k${i % 7}"}`)
  const appended = await folder.run('log append things --key id --partitions 3 --json', {
    input: lines.join('\n'),
  })
  assert.deepEqual(appended.json(), [{ topic: 'things', appended: 100, created: true }])
  const printed = (await folder.run('log cat things --json')).json<Printed>()
  assert.equal(printed.length, 100)
  const byKey = Map.groupBy(printed, ({ key }) => key)
  for (let k = 0; k < 7; k++) {
    const records = byKey.get(`k${k}`) ?? []
    assert.equal(new Set(records.map(({ partition }) => partition)).size, 1)
    const wanted = Array.from({ length: 100 }, (_, i) => i).filter(i => i % 7 === k)
    assert.deepEqual(
      records.map(({ value }) => (value as { n: number }).n),
      wanted,
    )
  }
})

test('with a job the lines are checked and encoded, and read back as rows', async t => {
  const folder = new CliFolder(t)
  folder.write(
    'job.ts',
    sumJob('sums').replace("key: 'user' }))\n  events", "key: 'user', format: 'avro' }))\n  events"),
  )
  const input = '{"ts":1700000000000,"user":7,"value":2.5}\n\n{"value":1,"user":8,"ts":1700000001000}\n'
  const { code, err } = await folder.run('log append events --job job.ts --partitions 2', { input })
  assert.equal(code, 0, err)
  const printed = (await folder.run('log cat events --job job.ts --json')).json<Printed>()
  const rows = printed
    .map(({ timestamp, key, value }) => ({ timestamp, key, value }))
    .sort((a, b) => a.timestamp - b.timestamp)
  assert.deepEqual(rows, [
    { timestamp: 1_700_000_000_000, key: '7', value: { ts: 1_700_000_000_000, user: 7, value: 2.5 } },
    { timestamp: 1_700_000_001_000, key: '8', value: { ts: 1_700_000_001_000, user: 8, value: 1 } },
  ])
  const raw = (await folder.run('log cat events --json')).json<Printed>()
  assert.ok(raw.every(({ value }) => typeof value === 'object' && value !== null && 'base64' in value))
})

test('a wrong line is named, and what was appended before it is counted', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('sums'))
  const good = '{"ts":1,"user":1,"value":1}\n'
  const bad = '{"ts":1,"user":"one","value":1}\n'
  const input = good.repeat(5000) + bad
  const { code, err } = await folder.run('log append events --job job.ts --partitions 1', { input })
  assert.equal(code, 1)
  assert.match(err, /^HR_RECORD_MISMATCH: line 5001 of the input: /)
  assert.match(err, /the 4096 lines before it, from the first on, are appended/)
  assert.equal((await folder.run('log cat events --json')).json().length, 4096)
  const { err: noJson } = await folder.run('log append events', { input: 'ts=1\n' })
  assert.match(noJson, /^HR_RECORD_UNDECODABLE: line 1 of the input: /)
})

test('cat begins and ends where it is told', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('sums'))
  const lines = Array.from(
    { length: 50 },
    (_, i) => `{"ts":${Date.UTC(2026, 0, 1) + i * 1000},"user":1,"value":${i}}`,
  )
  await folder.run('log append events --job job.ts --partitions 1', { input: lines.join('\n') })
  const offsets = async (args: string) =>
    (await folder.run(`log cat events --json ${args}`.trim())).json<Printed>().map(({ offset }) => offset)
  const all = Array.from({ length: 50 }, (_, i) => i)
  assert.deepEqual(await offsets(''), all)
  assert.deepEqual(await offsets('--from 45'), all.slice(45))
  assert.deepEqual(await offsets('--from 1000'), [])
  assert.deepEqual(await offsets('--from latest'), [])
  assert.deepEqual(await offsets('--from 2026-01-01T00:00:40Z'), all.slice(40))
  assert.deepEqual(await offsets('--from earliest --limit 3'), [0, 1, 2])
  assert.deepEqual(await offsets('--limit 0'), [])
  assert.equal((await folder.run('log cat events --partition 1')).code, 2)
})

test('what does not fit the schema of the job is shown as it is, with the reason', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('sums'))
  await folder.run('log append events --partitions 1', { input: '{"ts":1,"usr":1}\n' })
  const [{ value, problem }] = (await folder.run('log cat events --job job.ts --json')).json<Printed>()
  assert.deepEqual(value, { ts: 1, usr: 1 })
  assert.match(problem ?? '', /^HR_RECORD_MISMATCH: /)
})

test('ls lists topics and partitions', async t => {
  const folder = new CliFolder(t)
  await folder.run('log append b --partitions 2', { input: '{}\n{}\n{}\n' })
  await folder.run('log append a --partitions 1', { input: '{}\n' })
  const topics = (await folder.run('log ls --json')).json<{ topic: string; records: number; bytes: number }>()
  assert.deepEqual(
    topics.map(({ topic, records }) => ({ topic, records })),
    [
      { topic: 'a', records: 1 },
      { topic: 'b', records: 3 },
    ],
  )
  assert.ok(topics.every(({ bytes }) => bytes > 60))
  assert.match((await folder.run('log ls b')).out, /^partition +start +end +size +last timestamp\n +0 +0 +2 /)
})

test('a topic that is not there is exit 78', async t => {
  const folder = new CliFolder(t)
  for (const args of ['log cat no', 'log ls no', 'log append no']) {
    const { code, err } = await folder.run(args, { input: '{}\n' })
    assert.equal(code, 78, args)
    assert.match(err, /^HR_TOPIC_UNKNOWN: /)
  }
})
