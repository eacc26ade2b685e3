import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Reference } from '../../operators/index.ts'
import { CliFolder } from '../support/cli.ts'

/** Behind a repartition, so that what the first stage writes has to be kept somewhere. */
const source = (reference: string) => `
import { double, features, job, nullable, oneOf, record, series, sink, source, string, timestamp, topic } from '@/engine/index.ts'
import { DriftStatistic, drift, filter, repartition } from '@/operators/index.ts'
${reference.startsWith('{') ? '' : "import captured from './captured.json' with { type: 'json' }"}

const Click = record('Click', {
  ts: timestamp(), user: string(), spend: nullable(double()), kind: oneOf('Kind', ['view', 'buy']),
})
const users = features('users', { entity: 'user', fields: { spend: nullable(double()) } })

export default job('watching', () => {
  const clicks = source('clicks', topic('clicks', Click, { time: 'ts', key: 'user', lateness: '1h' }))
  clicks.pipe(sink('users', users))
  const found = clicks.pipe(
    filter(() => true),
    repartition('together', { key: 'kind', partitions: 1 }),
    drift('watch', { reference: ${reference}, fields: ['spend', 'kind'], tests: { psi: true, ks: true }, every: { rows: 200 } }),
  )
  found.pipe(sink('drift', topic('drift', DriftStatistic)))
  found.pipe(sink('drift-series', series('drift', DriftStatistic, { tags: ['step', 'field', 'test'], time: 'windowEnd' })))
})
`

const begin = 1_767_225_600_000

const clicks = (from: number, until: number, factor = 1) =>
  Array.from({ length: until - from }, (_, k) => {
    const row = from + k
    const spend = row % 10 === 0 ? null : ((row * 7919) % 1000) * factor
    return JSON.stringify({
      ts: begin + row * 1000,
      user: `u${row % 20}`,
      spend,
      kind: row % 4 === 0 ? 'buy' : 'view',
    })
  }).join('\n')

const read = (folder: CliFolder, file: string) =>
  JSON.parse(readFileSync(join(folder.path, file), 'utf8')) as Reference

async function folderWithClicks(t: { after(work: () => void): void }): Promise<CliFolder> {
  const folder = new CliFolder(t)
  folder.write('job.ts', source('{ first: 1000 }'))
  await folder.run('log append clicks --job job.ts --partitions 2', { input: clicks(0, 1000) })
  return folder
}

test('captures the rows of a step, and touches nothing of the live job', async t => {
  const folder = await folderWithClicks(t)
  await folder.run('run job.ts --no-check --until end')
  const look = async () => [
    (await folder.run('log ls')).out,
    (await folder.run('state ls')).out,
    (await folder.run('features ls --json')).out,
  ]
  const before = await look()
  const { code, out, err } = await folder.run('reference capture job.ts --step watch --out captured.json')
  assert.equal(code, 0, err)
  const { version, rows, from, to, fields } = read(folder, 'captured.json')
  assert.equal(out, `1,000 rows of watch, version ${version}: captured.json\n`)
  assert.deepEqual([rows, from, to], [1000, begin, begin + 999_000])
  const { spend, kind } = fields
  assert.deepEqual([spend.kind, spend.count, spend.min, spend.max], ['number', 900, 1, 999])
  assert.deepEqual(
    [kind.categories, kind.counts],
    [
      ['view', 'buy'],
      [750, 250, 0],
    ],
  )
  assert.deepEqual(await look(), before)
  assert.deepEqual(
    readdirSync(tmpdir()).filter(name => name.startsWith('headrace-reference-')),
    [],
  )
})

test('a job goes by what was captured', async t => {
  const folder = await folderWithClicks(t)
  await folder.run('reference capture job.ts --step watch --out captured.json')
  folder.write('live.ts', source('captured'))
  await folder.run('log append clicks --job job.ts', { input: clicks(1000, 2000, 3) })
  const { code, err } = await folder.run('run live.ts --until end')
  assert.equal(code, 0, err)
  const { out } = await folder.run('series query drift --json')
  const points = out
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
  assert.ok(points.length === 10 * 3, out)
  const { out: topic } = await folder.run('log cat drift --job live.ts --json')
  const alarms = topic.split('\n').filter(line => line.includes('"alarm":true'))
  assert.ok(alarms.length > 0)
  assert.ok(alarms.every(line => line.includes('"field":"spend"')))
})

test('columns, rows and the stretch can be chosen; a step that is not of drift has all columns', async t => {
  const folder = await folderWithClicks(t)
  const captured = async (args: string) => {
    const { code, err } = await folder.run(`reference capture job.ts --out some.json ${args}`)
    assert.equal(code, 0, err)
    return read(folder, 'some.json')
  }
  const some = await captured('--step watch --fields spend --rows 300')
  assert.deepEqual([some.rows, Object.keys(some.fields)], [300, ['spend']])
  const all = await captured('--step filter-1')
  assert.deepEqual([all.rows, Object.keys(all.fields)], [1000, ['user', 'spend', 'kind']])
  // One of the two partitions has 750 records.
  assert.equal((await captured('--step watch --from 400')).rows, 350)
  assert.equal((await captured('--step watch --from 400 --until 450')).rows, 50)
})

test('shows a reference', async t => {
  const folder = await folderWithClicks(t)
  await folder.run('reference capture job.ts --step watch --out captured.json')
  const { version, fields } = read(folder, 'captured.json')
  const { out } = await folder.run('reference show captured.json')
  const mean = Number((fields.spend.mean as number).toPrecision(4))
  assert.match(
    out,
    new RegExp(`^version ${version}: 1,000 rows, 2026-01-01T00:00:00.000Z to 2026-01-01T00:16:39.000Z`),
  )
  assert.match(out, new RegExp(`spend +900 +${mean} +\\d+\\.?\\d* +1 +\\d+ +999 +250`))
  assert.match(out, /kind: 1,000 values: view 75\.0%, buy 25\.0%/)
  const lines = (await folder.run('reference show captured.json --json')).json()
  assert.deepEqual(
    lines.map(line => line.field),
    ['spend', 'kind'],
  )
})

test('what is wrong is said', async t => {
  const folder = await folderWithClicks(t)
  const fails = async (args: string, message: RegExp) => {
    const { code, err } = await folder.run(args)
    assert.notEqual(code, 0)
    assert.match(err, message)
  }
  await fails('reference capture job.ts --out a.json', /--step is needed/)
  await fails('reference capture job.ts --step watch', /--out is needed/)
  await fails('reference capture job.ts --step none --out a.json', /HR_STEP_UNKNOWN.*there are .*watch/)
  await fails(
    'reference capture job.ts --step watch --fields user,other --out a.json',
    /HR_COLUMN_UNKNOWN.*"other"/,
  )
  await fails(
    'reference capture job.ts --step watch --from latest --out a.json',
    /HR_REFERENCE_INVALID.*no row/,
  )
  await fails('reference show job.ts', /HR_REFERENCE_INVALID.*cannot be read/)
  folder.write('broken.json', '{"format":1,"rows":1,"from":0,"to":0,"fields":{},"version":"no"}')
  await fails('reference show broken.json', /HR_REFERENCE_INVALID.*changed by hand/)
})
