import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'
import { shopModels } from '../support/shop-models.ts'

const source = `
import { job, long, record, sink, source, timestamp, topic } from '@/engine/index.ts'
import { count, tumbling } from '@/operators/index.ts'

const Click = record('Click', { ts: timestamp(), user: long() })
const PerUser = record('PerUser', { user: long(), windowStart: timestamp(), clicks: long() })

export default job('counting', () => {
  source('in', topic('clicks', Click, { time: 'ts', key: 'user', lateness: '2s', idleAfter: '1h' })).pipe(
    tumbling('w', { by: 'user', size: '10s' }, { clicks: count() }),
    sink('out', topic('per-user', PerUser, { key: 'user' })),
  )
})
`

const clickLines = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, k) => {
    return JSON.stringify({ ts: 1_767_225_600_000 + (from + k) * 700, user: (from + k) % 5 })
  }).join('\n')

const rowsIn = async (folder: CliFolder, data: string) =>
  (await folder.run(`log cat per-user --job job.ts --data ${data} --json`)).out

test('a replay of all that the live job has read gives its rows again, and leaves its data alone', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', source)
  await folder.run('log append clicks --job job.ts --partitions 2 --data live', { input: clickLines(0, 300) })
  await folder.run('run job.ts --no-check --data live --until end')
  const before = (await folder.run('log ls --data live')).out
  const { code, err, out } = await folder.run('replay job.ts --data live --out again')
  assert.equal(code, 0, err)
  assert.match(out, /300 records in /)
  assert.equal(await rowsIn(folder, 'again'), await rowsIn(folder, 'live'))
  assert.equal((await folder.run('log ls --data live')).out, before)
})

test('a stretch by offsets is read and no more; the same command says that all of it is there', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', source)
  await folder.run('log append clicks --job job.ts --partitions 1 --data live', { input: clickLines(0, 300) })
  const args = 'replay job.ts --data live --out part --from 100 --until 250 --json'
  const [first] = (await folder.run(args)).json<{ records: number; read: number; complete: boolean }>()
  assert.deepEqual([first.records, first.read, first.complete], [150, 150, true])
  const rows = await rowsIn(folder, 'part')
  await folder.run('log append clicks --job job.ts --data live', { input: clickLines(300, 400) })
  const [note, again] = (await folder.run(args)).json<{ text?: string; read?: number }>()
  assert.match(note.text ?? '', /going on with the replay/)
  assert.equal(again.read, 150)
  assert.equal(await rowsIn(folder, 'part'), rows)
})

test('a directory with something else in it, or with another replay, is refused', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', source)
  await folder.run('log append clicks --job job.ts --partitions 1 --data live', { input: clickLines(0, 50) })
  const onLive = await folder.run('replay job.ts --data live --out live')
  assert.match(onLive.err, /HR_REPLAY_RANGE.*something else is in it/)
  await folder.run('replay job.ts --data live --out part --from 10')
  const other = await folder.run('replay job.ts --data live --out part --from 20')
  assert.match(other.err, /HR_REPLAY_RANGE.*from 10.*not of.*from 20/)
  const backwards = await folder.run('replay job.ts --data live --out new --from 40 --until 30')
  assert.match(backwards.err, /HR_REPLAY_RANGE.*begin at 40 and to end before, at 30/)
})

test('a warm-up fills the state, and its results do not count', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', source)
  const lines = clickLines(0, 300).split('\n')
  await folder.run('log append clicks --job job.ts --partitions 1 --data live', { input: lines.join('\n') })
  await folder.run('run job.ts --no-check --data live --until end')
  const from = new Date(1_767_225_600_000 + 150 * 700).toISOString()
  const { err, out } = await folder.run([
    'replay',
    'job.ts',
    '--data',
    'live',
    '--out',
    'warm',
    '--from',
    from,
    '--warmup',
    '1m',
  ])
  assert.match(out, /records in /, err)
  const live = (await rowsIn(folder, 'live')).split('\n')
  const warm = (await rowsIn(folder, 'warm'))
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line).value)
  const tail = live
    .filter(Boolean)
    .map(line => JSON.parse(line).value)
    .slice(-warm.length)
  assert.ok(warm.length > 40)
  assert.deepEqual(warm, tail)
})

test('the flagship again, over what the demo has left: the same results, scored by the same versions', async t => {
  const folder = new CliFolder(t)
  const models = await shopModels()
  folder.write('job.ts', "export { default } from '@/jobs/clickstream.ts'")
  await folder.run(`demo --events 40000 --json --data live --models ${models}`)
  const { code, err } = await folder.run(`replay job.ts --data live --out again --models ${models}`)
  assert.equal(code, 0, err)
  const results = async (data: string, topic: string) => {
    const lines = (await folder.run(`log cat ${topic} --job job.ts --data ${data} --json`)).json<{
      partition: number
      value: unknown
    }>()
    return lines.map(({ partition, value }) => JSON.stringify([partition, value]))
  }
  for (const topic of ['clicks.per-user', 'clickstream.anomalies', 'clickstream.recommendations']) {
    const live = await results('live', topic)
    assert.deepEqual(await results('again', topic), live, topic)
  }
  assert.ok((await results('again', 'clickstream.recommendations')).length > 1000)
})
