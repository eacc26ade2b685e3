import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { saveCheckpoint } from '../../cli/checkpoint/save.ts'
import type { Deployment } from '../../cli/config.ts'
import { LogPlace } from '../../cli/place/log-place.ts'
import { openLogHome } from '../../connectors/log/home.ts'
import type { Job } from '../../engine/job.ts'
import { JobRun } from '../../engine/run.ts'
import { CliFolder } from '../support/cli.ts'

/** Two stages, so that something lies between them. */
const source = (windows: string) => `
import { job, long, record, sink, source, timestamp, topic } from '@/engine/index.ts'
import { count, repartition, tumbling } from '@/operators/index.ts'

const Click = record('Click', { ts: timestamp(), user: long(), shop: long() })
const PerUser = record('PerUser', { user: long(), windowStart: timestamp(), clicks: long() })
const PerShop = record('PerShop', { shop: long(), windowStart: timestamp(), clicks: long() })

export default job('counting', () => {
  const clicks = source('in', topic('clicks', Click, { time: 'ts', key: 'user', lateness: '2s', idleAfter: '1h' }))
  clicks.pipe(
    tumbling('w', { by: 'user', size: '${windows}' }, { clicks: count() }),
    sink('out', topic('per-user', PerUser, { key: 'user' })),
  )
  clicks.pipe(
    repartition('by-shop', { by: 'shop', partitions: 3 }),
    tumbling('s', { by: 'shop', size: '20s' }, { clicks: count() }),
    sink('shops-out', topic('per-shop', PerShop, { key: 'shop' })),
  )
})
`

const clickLines = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, k) => {
    const n = from + k
    return JSON.stringify({ ts: 1_767_225_600_000 + n * 700, user: n % 5, shop: n % 4 })
  }).join('\n')

interface Printed {
  readonly partition: number
  readonly value: Record<string, number>
}

async function rowsIn(folder: CliFolder, data: string, topic: string): Promise<string[]> {
  const { json } = await folder.run(`log cat ${topic} --job job.ts --data ${data} --json`)
  return json<Printed>().map(({ partition, value }) => JSON.stringify([partition, value]))
}

async function live(folder: CliFolder, from: number, until: number): Promise<void> {
  const input = clickLines(from, until)
  await folder.run('log append clicks --job job.ts --partitions 2 --data live', { input })
  const { code, err } = await folder.run('run job.ts --no-check --data live --until end')
  assert.equal(code, 0, err)
}

test('a replay from a checkpoint gives what the live job has given since, and leaves its data alone', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', source('10s'))
  await live(folder, 0, 300)
  const saved = await folder.run('checkpoint save job.ts --data live --to saved')
  assert.equal(saved.code, 0, saved.err)
  assert.match(saved.out, /0-1 +clicks +\d+\n/)
  const before = {
    users: await rowsIn(folder, 'live', 'per-user'),
    shops: await rowsIn(folder, 'live', 'per-shop'),
  }
  await live(folder, 300, 700)
  const list = (await folder.run('log ls --data live')).out
  const replayed = await folder.run('replay job.ts --data live --checkpoint saved --out again --json')
  assert.equal(replayed.code, 0, replayed.err)
  const [summary] = replayed.json<{
    records: number
    read: number
    inputs: Record<string, { read: number }>
  }>()
  assert.deepEqual([summary.records, summary.read, summary.inputs.in.read], [400, 400, 400])
  const since = async (topic: string, old: readonly string[]) => {
    const left = await rowsIn(folder, 'live', topic)
    for (const row of old) left.splice(left.indexOf(row), 1)
    return left.sort()
  }
  assert.ok(before.shops.length > 0)
  assert.deepEqual((await rowsIn(folder, 'again', 'per-user')).sort(), await since('per-user', before.users))
  assert.deepEqual((await rowsIn(folder, 'again', 'per-shop')).sort(), await since('per-shop', before.shops))
  assert.equal((await folder.run('log ls --data live')).out, list)
  const once = await folder.run('replay job.ts --data live --checkpoint saved --out again --json')
  assert.match(once.out, /going on with the replay/)
  assert.equal(once.json<{ read?: number }>().at(-1)?.read, 400)
})

test('a replay can begin where another has ended, and with what the live job has committed last', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', source('10s'))
  await live(folder, 0, 300)
  await folder.run('replay job.ts --data live --out whole')
  await folder.run('replay job.ts --data live --out half --until 80')
  const rest = await folder.run('replay job.ts --data live --checkpoint half --out rest')
  assert.equal(rest.code, 0, rest.err)
  const both = [...(await rowsIn(folder, 'half', 'per-shop')), ...(await rowsIn(folder, 'rest', 'per-shop'))]
  assert.deepEqual(both.sort(), (await rowsIn(folder, 'whole', 'per-shop')).sort())
  await folder.run('log append clicks --job job.ts --data live', { input: clickLines(300, 350) })
  const backlog = await folder.run('replay job.ts --data live --checkpoint live --out backlog --json')
  assert.equal(backlog.json<{ read: number }>().at(-1)?.read, 50)
})

test('what a changed job cannot use of a checkpoint is said, and what is no checkpoint is refused', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', source('10s'))
  await live(folder, 0, 50)
  folder.write(
    'changed.ts',
    source('10s').replace('{ clicks: count() }', '{ clicks: count(), again: count() }'),
  )
  const { err, out, code } = await folder.run('replay changed.ts --data live --checkpoint live --out changed')
  assert.equal(code, 0, err)
  assert.match(out + err, /step w has changed: starts empty: again/)
  folder.write('none/readme', 'nothing')
  const none = await folder.run('replay job.ts --data live --checkpoint none --out other')
  assert.match(none.err, /HR_CHECKPOINT_MISSING/)
  const away = await folder.run('replay job.ts --data live --checkpoint away --out other')
  assert.match(away.err, /there is no directory "away"/)
  const both = await folder.run('replay job.ts --data live --checkpoint live --from 10 --out other')
  assert.match(both.err, /without --from and --warmup/)
  const twice = await folder.run('checkpoint save job.ts --data live --to live')
  assert.match(twice.err, /there is something in live already/)
})

test('what lies between the stages when a job is stopped comes with its checkpoint', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', source('10s'))
  const input = clickLines(0, 300)
  await folder.run('log append clicks --job job.ts --partitions 2 --data live', { input })
  const { default: counting } = (await import(pathToFileURL(`${folder.path}/job.ts`).href)) as {
    default: Job
  }
  const run = await JobRun.open(counting, { home: openLogHome({ dir: `${folder.path}/live` }) })
  await run.turn()
  await run.commit()
  await run.close()
  assert.deepEqual(await rowsIn(folder, 'live', 'per-shop'), [])
  await folder.run('checkpoint save counting --data live --to saved')
  await folder.run('replay job.ts --data live --checkpoint saved --out again')
  await folder.run('run job.ts --no-check --data live --until end')
  const wanted = await rowsIn(folder, 'live', 'per-shop')
  assert.ok(wanted.length > 30)
  assert.deepEqual((await rowsIn(folder, 'again', 'per-shop')).sort(), wanted.sort())
})

test('tasks that have committed nothing by then begin with nothing', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', source('10s').replace(/clicks.pipe\(\s+repartition[\s\S]*?\)\n {2}\)/, ''))
  await folder.run('log append clicks --job job.ts --partitions 1 --data one', { input: clickLines(0, 100) })
  const { code, err } = await folder.run('run job.ts --no-check --data one --until end')
  assert.equal(code, 0, err)
  const one = new LogPlace({
    dataDir: `${folder.path}/one`,
    fsync: 'never',
    partitions: 1,
    segmentBytes: 1 << 20,
  } as Deployment)
  const place = Object.create(one, {
    committed: { value: async (job: string) => ({ ...(await one.committed(job)), unbegun: ['0-1'] }) },
  }) as LogPlace
  const request = { job: 'counting', segmentBytes: 1 << 20, note: () => {} }
  await saveCheckpoint({ ...request, place, dir: `${folder.path}/saved` })
  await folder.run('log append clicks --job job.ts --partitions 2 --data two', { input: clickLines(0, 600) })
  const replayed = await folder.run('replay job.ts --data two --checkpoint saved --out again --json')
  assert.equal(replayed.code, 0, replayed.err)
  assert.equal(replayed.json<{ read: number }>().at(-1)?.read, 500)
})
