import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'

const source = (kept = 'true') => `
import { job, long, record, sink, source, timestamp, topic } from '@/engine/index.ts'
import { count, filter, tumbling } from '@/operators/index.ts'

const Click = record('Click', { ts: timestamp(), user: long() })
const PerUser = record('PerUser', { user: long(), windowStart: timestamp(), clicks: long() })

export default job('counting', () => {
  const clicks = source('in', topic('clicks', Click, { time: 'ts', key: 'user', lateness: '2s', idleAfter: '1h' }))
  clicks.pipe(
    filter(row => ${kept}),
    tumbling('w', { by: 'user', size: '10s' }, { clicks: count() }),
    sink('out', topic('per-user', PerUser, { key: 'user' })),
  )
  clicks.pipe(filter(row => row.user === 3), sink('third', topic('third', Click, { key: 'user' })))
})
`

/** One each 700 ms, some out of order; record times are those of the rows. */
const clickLines = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, k) => {
    const n = from + k
    return JSON.stringify({ ts: 1_767_225_600_000 + (n % 7 === 2 ? n - 2 : n) * 700, user: n % 5 })
  }).join('\n')

interface Compared {
  readonly topic: string
  readonly isEqual: boolean
  readonly equal: number
  readonly changed: number
  readonly onlyA: number
  readonly onlyB: number
}

class Folder {
  readonly files: CliFolder

  constructor(t: ConstructorParameters<typeof CliFolder>[0]) {
    this.files = new CliFolder(t)
    this.files.write('job.ts', source())
  }

  async live(from: number, until: number, how = '--job job.ts'): Promise<void> {
    const input = clickLines(from, until)
    await this.files.run(`log append clicks ${how} --partitions 2 --data live`, { input })
    const { code, err } = await this.files.run('run job.ts --no-check --data live --until end')
    assert.equal(code, 0, err)
  }

  async compared(args: string): Promise<{ code: number; topics: Compared[] }> {
    const { code, err, json } = await this.files.run(`replay ${args} --data live --json`)
    assert.equal(err, '')
    return { code, topics: json<{ against: Compared[] }>().at(-1)?.against ?? [] }
  }
}

const counts = ({ topic, equal, changed, onlyA, onlyB }: Compared) => [
  topic,
  equal > 0,
  changed,
  onlyA,
  onlyB,
]
const nothingElse = [
  ['per-user', true, 0, 0, 0],
  ['third', true, 0, 0, 0],
]

test('a replay of all is equal to the live job, also where that has gone on meanwhile', async t => {
  const folder = new Folder(t)
  await folder.live(0, 400)
  const whole = await folder.compared('job.ts --out whole --against live')
  assert.equal(whole.code, 0)
  assert.deepEqual(whole.topics.map(counts), nothingElse)
  await folder.live(400, 800)
  const part = await folder.compared('job.ts --out part --until 200 --against live')
  assert.equal(part.code, 0)
  assert.deepEqual(part.topics.map(counts), nothingElse)
  // Both partitions have come to about the same time: all but the last windows are compared.
  assert.ok(part.topics[0].equal > whole.topics[0].equal * 0.4)
})

test('a stretch in the middle is equal to what the live job gave there, after a warm-up and from a checkpoint', async t => {
  const folder = new Folder(t)
  await folder.live(0, 300)
  await folder.files.run('checkpoint save counting --data live --to saved')
  await folder.live(300, 900)
  const from = new Date(1_767_225_600_000 + 300 * 700).toISOString()
  const warm = await folder.compared(
    `job.ts --out warm --from ${from} --until 400 --warmup 1m --against live`,
  )
  assert.deepEqual(warm.topics.map(counts), nothingElse)
  const saved = await folder.compared('job.ts --out rest --checkpoint saved --until 400 --against live')
  assert.deepEqual(saved.topics.map(counts), nothingElse)
  const other = await folder.compared('job.ts --out again --checkpoint saved --until 400 --against rest')
  assert.deepEqual(other.topics.map(counts), nothingElse)
  assert.ok(other.topics[0].equal > saved.topics[0].equal)
})

test('a stretch that begins without state differs in its first windows, and not in rows that need none', async t => {
  const folder = new Folder(t)
  // Records bear the time at which they came, which says nothing of their rows.
  await folder.live(0, 900, '--key user')
  const { code, topics } = await folder.compared('job.ts --out cold --from 202 --until 400 --against live')
  assert.equal(code, 1)
  const [windows, third] = topics
  assert.ok(windows.changed > 0 && windows.equal > windows.changed)
  assert.deepEqual(counts(third), nothingElse[1])
})

test('a changed job differs: said on the terminal, on a page with all outputs, and by the exit code', async t => {
  const folder = new Folder(t)
  await folder.live(0, 300)
  folder.files.write('changed.ts', source('row.user !== 2 || row.ts % 1400 === 0'))
  const run = (args: string) => folder.files.run(`replay changed.ts --data live --against live ${args}`)
  const { code, out, err } = await run('--out changed --html diff.html')
  assert.equal(code, 1, err)
  assert.equal(err, '')
  assert.match(out, /300 records in [\s\S]*per-user: different[\s\S]*third: equal[\s\S]*the page: diff.html/)
  const page = readFileSync(`${folder.files.path}/diff.html`, 'utf8')
  assert.equal(page.split('<h1>').length, 3)
  const tolerant = await run('--out changed --topic per-user --tolerance clicks=100% --limit 0')
  assert.equal(tolerant.code, 0)
  assert.match(tolerant.out, /differ within tolerances/)
})

test('what cannot be compared is refused before anything is replayed', async t => {
  const folder = new Folder(t)
  await folder.live(0, 20)
  const refused = async (args: string) =>
    (await folder.files.run(`replay job.ts --data live --out new ${args}`)).err
  assert.match(await refused('--against away'), /there is no directory "away"/)
  assert.match(
    await refused('--against live --topic others'),
    /HR_TOPIC_UNKNOWN.*its outputs are per-user, third/,
  )
  assert.match(await refused('--html diff.html'), /--html goes with --against/)
  assert.match((await folder.files.run('state ls --data new')).out, /no job has state/)
})
