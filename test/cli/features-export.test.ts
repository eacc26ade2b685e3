import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { tableFromIPC } from 'apache-arrow'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { CliFolder } from '../support/cli.ts'

const job = (more = '') => `
import { double, features, hash, job, long, record, sink, source, string, timestamp, topic } from '@/engine/index.ts'
import { count, enrich, mean, select, tumbling } from '@/operators/index.ts'

const Click = record('Click', { ts: timestamp(), user: long(), page: long(), seconds: double() })
const stats = features('stats', { entity: 'user', fields: { clicks: long(), seconds: double() } })
const pages = features('pages', { entity: 'page', fields: { seconds: double() } })

export default job('stats', () => {
  const clicks = source('in', topic('clicks', Click, { time: 'ts', key: 'user', lateness: 0 }))
  clicks.pipe(
    tumbling('w', { by: 'user', size: '10s' }, { clicks: count(), seconds: mean('seconds') }),
    sink('stats-out', stats),
  )
  clicks.pipe(select('page', 'seconds'), sink('pages-out', pages))
  ${more}
})
`

const start = Date.parse('2026-01-01')
/** One user a second, in turns. */
const clicks = Array.from({ length: 100 }, (_, k) => {
  return { ts: start + k * 1000, user: k % 3, page: k % 2, seconds: k / 4 }
})

async function folderWith(t: TestContext, text = job()): Promise<CliFolder> {
  const folder = new CliFolder(t)
  folder.write('job.ts', text)
  const input = clicks.map(click => JSON.stringify(click)).join('\n')
  await folder.run('log append clicks --job job.ts --partitions 1', { input })
  return folder
}

const parquetRows = async (folder: CliFolder, name: string) => {
  return parquetReadObjects({ file: await asyncBufferFromFile(join(folder.path, name)) })
}

/** Clicks and mean of the last window that was over. */
function windowOf(user: number, time: number) {
  const come = clicks.filter(({ ts }) => ts <= time)
  const reached = Math.floor(((come.at(-1)?.ts ?? start) - start) / 10_000) * 10_000 + start
  const mine = come.filter(
    ({ ts, ...click }) => click.user === user && ts >= reached - 10_000 && ts < reached,
  )
  const mean = mine.reduce((sum, { seconds }) => sum + seconds, 0) / mine.length
  return mine.length === 0 ? [null, null] : [BigInt(mine.length), mean]
}

test('labels in CSV become rows of Parquet, in the order of time, with their columns', async t => {
  const folder = await folderWith(t)
  const labels = [5, 95, 40, 10].map(
    (second, k) => `${k % 3},${start + second * 1000},${k % 2 === 0},"0${k}",${k / 2},`,
  )
  folder.write('labels.csv', ['user,time,bought,note,weight,none', ...labels].join('\n'))
  const { code, out, err } = await folder.run(
    'features export job.ts --view stats --labels labels.csv --out set.parquet --json',
  )
  assert.equal(code, 0, err)
  const [summary] = JSON.parse(`[${out}]`)
  assert.deepEqual([summary.rows, summary.outside, summary.read], [4, 0, 96])
  assert.deepEqual(summary.views, [{ view: 'stats', version: 1, found: 3 }])
  const expected = [
    [0, 5, true, '00', 0],
    [0, 10, false, '03', 1.5],
    [2, 40, true, '02', 1],
    [1, 95, false, '01', 0.5],
  ].map(([user, second, bought, note, weight]) => {
    const time = start + (second as number) * 1000
    const [many, seconds] = windowOf(user as number, time)
    const label = { user: BigInt(user as number), time: new Date(time), bought, note, weight, none: null }
    return { ...label, clicks: many, seconds }
  })
  assert.deepEqual(await parquetRows(folder, 'set.parquet'), expected)
})

test('JSON lines become Arrow, with two entities, names in full, ages and a delay', async t => {
  const folder = await folderWith(t)
  const at = new Date(start + 50_000).toISOString()
  folder.write('labels.jsonl', JSON.stringify({ buyer: 1, page: 0, at, more: { a: 1 } }))
  const options = '--key user=buyer --time at --full-names --ages --as-of-delay 5s --out set.arrow'
  const { code, out, err } = await folder.run(`features export job.ts --labels labels.jsonl ${options}`)
  assert.equal(code, 0, err)
  assert.match(out, /stats +1 +1 +100\.0%\npages +1 +1 +100\.0%\n\n1 row of 10 columns, 46 records read/)
  const [row] = tableFromIPC(readFileSync(join(folder.path, 'set.arrow'))).toArray()
  const [many, seconds] = windowOf(1, start + 45_000)
  assert.deepEqual(row.toJSON(), {
    ...{ buyer: 1n, page: 0n, at: start + 50_000, more: '{"a":1}' },
    ...{ 'stats.clicks': many, 'stats.clicks_age_ms': 10_001n },
    ...{ 'stats.seconds': seconds, 'stats.seconds_age_ms': 10_001n },
    ...{ 'pages.seconds': 11, 'pages.seconds_age_ms': 6000n },
  })
})

test('values that are too old are left out, and labels outside of the stretch', async t => {
  const folder = await folderWith(t)
  const seconds = [20, 39, 40, 65, 69, 70]
  folder.write('labels.csv', ['user,time', ...seconds.map(second => `1,${start + second * 1000}`)].join('\n'))
  const [from, until] = [start + 30_000, start + 70_000].map(time => new Date(time).toISOString())
  const range = `--from ${from} --until ${until} --warmup 15s --max-age 9s`
  const { code, out, err } = await folder.run(
    `features export job.ts --view stats --labels labels.csv --out set.parquet ${range}`,
  )
  assert.equal(code, 0, err)
  assert.match(out, /2 labels outside of the stretch left out\n4 rows/)
  const found = await parquetRows(folder, 'set.parquet')
  assert.deepEqual(
    found.map(row => row.clicks),
    [39, 40, 65, 69].map(second => (second % 10 < 9 ? windowOf(1, start + second * 1000)[0] : null)),
  )
})

const wrong: readonly (readonly [options: string, code: number, message: RegExp])[] = [
  ['--out set.parquet', 2, /HR_USAGE: --labels is needed/],
  ['--labels labels.csv', 2, /HR_USAGE: --out is needed/],
  ['--labels labels.csv --out set.csv', 2, /has to end in .parquet or .arrow/],
  ['--labels gone.csv --out set.parquet', 2, /gone.csv cannot be read/],
  [
    '--labels labels.csv --out set.parquet --view nobody',
    78,
    /does not write to feature view "nobody"; there are stats@1, pages@1/,
  ],
  [
    '--labels labels.csv --out set.parquet --time when',
    1,
    /line 2: the label has no "when"; it has user, page, time, clicks/,
  ],
  ['--labels labels.csv --out set.parquet --key person', 2, /say which, as user=person/],
  ['--labels labels.csv --out set.parquet --key shop=page', 2, /the entities of the views are user, page/],
  [
    '--labels labels.csv --out set.parquet',
    1,
    /line 3: "user" is "ann", and the entity of the view is of type long/,
  ],
  [
    '--labels good.csv --out set.parquet --view stats',
    78,
    /HR_EXPORT_COLUMNS: two columns would be named "clicks"/,
  ],
  ['--labels plain.csv --out set.parquet', 78, /HR_EXPORT_COLUMNS: two columns would be named "seconds"/],
  ['--labels good.csv --out none/set.parquet --view pages', 1, /HR_EXPORT_FILE.*cannot be written/],
  ['--labels labels.csv --out set.parquet --from 10', 2, /--from has to be a time here/],
  ['--labels good.csv --out set.parquet --as-of-delay soon', 78, /--as-of-delay/],
]

test('what is wrong is said, and nothing is left behind', async t => {
  const folder = await folderWith(t)
  const time = new Date(start).toISOString()
  folder.write('labels.csv', `user,page,time,clicks\n1,1,${time},0\nann,1,${time},1\n`)
  folder.write('plain.csv', `user,page,time\n1,1,${time}\n`)
  folder.write('good.csv', `user,page,time,clicks\n1,1,${time},0\n`)
  for (const [options, code, message] of wrong) {
    const result = await folder.run(`features export job.ts ${options}`)
    assert.match(result.err, message, options)
    assert.equal(result.code, code, options)
  }
  for (const name of ['set.parquet', 'set.parquet.new'])
    assert.equal(existsSync(join(folder.path, name)), false)
})

test('views behind a look-up have no history; others of the job have', async t => {
  const more = `
  const named = features('named', { entity: 'user', fields: { name: string() } })
  clicks.pipe(
    enrich('look', hash('user:{}', { fields: { name: string() } }), { by: 'user', take: ['name'], onMissing: { name: '' } }),
    select('user', 'name'),
    sink('named-out', named),
  )`
  const folder = await folderWith(t, job(more))
  folder.write('labels.csv', `user,time\n1,${start + 40_000}\n`)
  const args = 'features export job.ts --labels labels.csv --out set.parquet --view'
  const refused = await folder.run(`${args} named`)
  assert.match(refused.err, /HR_EXPORT_LOOKUP: what the step would have found .* \(job stats, step look\)/)
  assert.equal((await folder.run(`${args} stats`)).code, 0)
  const [row] = await parquetRows(folder, 'set.parquet')
  assert.equal(row.clicks, windowOf(1, start + 40_000)[0])
})

test('stopped, it leaves nothing behind', async t => {
  const folder = await folderWith(t)
  const lines = Array.from({ length: 20_000 }, (_, k) => `${k % 3},${start + k * 5}`)
  folder.write('labels.csv', ['user,time', ...lines].join('\n'))
  const running = folder.run('features export job.ts --labels labels.csv --out set.parquet --view stats')
  const unfinished = join(folder.path, 'set.parquet.new')
  while (!existsSync(unfinished)) await setImmediate()
  process.emit('SIGHUP', 'SIGHUP')
  const { code, out } = await running
  assert.deepEqual([code, out], [1, 'stopped: nothing was written\n'])
  assert.deepEqual(readdirSync(folder.path).sort(), ['.headrace', 'job.ts', 'labels.csv'])
})
