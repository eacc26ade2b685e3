import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openLogHome } from '../../connectors/log/home.ts'
import { LogProducer } from '../../connectors/log/producer.ts'
import { exitOf } from '../support/child-process.ts'
import { CliFolder } from '../support/cli.ts'
import { cutAnew } from '../support/memory-runs.ts'
import { seed } from '../support/property.ts'
import { randomFrom } from '../support/random.ts'
import type { PlainRecord } from '../support/record-batches.ts'
import { until } from '../support/services/until.ts'
import { root } from '../support/source-tree.ts'

const source = `
import { double, features, job, long, record, series, sink, source, timestamp, topic } from '@/engine/index.ts'
import { count, dedupe, repartition, sum, tumbling } from '@/operators/index.ts'

const Sale = record('Sale', { ts: timestamp(), user: long(), shop: long(), amount: double() })
const Total = record('Total', { user: long(), windowStart: timestamp(), windowEnd: timestamp(), n: long(), amount: double() })
const totals = features('totals', { entity: 'user', fields: { n: long(), amount: double() } })

export default job('shops', () => {
  const sold = source('sold', topic('sold', Sale, { time: 'ts', lateness: '2s' }))
  const windows = sold.pipe(tumbling('w', { by: 'user', size: '10s' }, { n: count(), amount: sum('amount') }))
  windows.pipe(sink('totals', topic('totals', Total, { key: 'n' })))
  windows.pipe(sink('seen', totals))
  windows.pipe(sink('curves', series('curves', Total, { tags: ['user'], time: 'windowEnd' })))
  sold.pipe(
    repartition('by-shop', { by: 'shop', partitions: 2 }),
    dedupe('once', { by: 'shop', within: '5s' }),
    sink('first', topic('first', Sale, { key: 'user' })),
  )
})
`
const begin = 1_767_225_600_000
const [events, users, partitions] = [20_000, 20, 3]
const from = new Date(begin + 100_000).toISOString()
const range = ['--from', from, '--warmup', '80s']

/** Sales in the order of their arrival, some late, some that are none; each user in a partition. */
async function writeSales(dir: string): Promise<void> {
  const random = randomFrom(seed)
  await openLogHome({ dir }).createTopic('sold', partitions)
  const records = Array.from({ length: partitions }, (): PlainRecord[] => [])
  for (let k = 0; k < events; k++) {
    const user = Math.floor(random() * users)
    const ts = begin + k * 10 - Math.floor(random() * 3000)
    const amount = k % 997 === 0 ? 'much' : Math.floor(random() * 100) / 4
    const value = JSON.stringify({ ts, user, shop: Math.floor(random() * 9), amount })
    const mine = records[user % partitions]
    mine.push({ offset: mine.length, timestamp: begin + k * 10, key: String(user), value, headers: [] })
  }
  const producer = LogProducer.open('sold', { dir, fsync: 'never' })
  for (const [partition, all] of records.entries()) {
    for (const batch of cutAnew(all, () => 100)) producer.append(partition, batch)
  }
  producer.commit()
  producer.close()
}

/** What a replay has left, in order. */
async function resultsIn(folder: CliFolder, data: string): Promise<Record<string, string[]>> {
  const read = async (args: string) => {
    const { out } = await folder.run(`${args} --data ${data} --json`)
    return out.replaceAll(/"ageMs":\d+/g, '').split('\n')
  }
  const everybody = Array.from({ length: users }, (_, user) => user).join(' ')
  return {
    totals: await read('log cat totals'),
    first: await read('log cat first'),
    deadLetters: await read('log cat shops.dead-letter'),
    features: await read(`features get totals ${everybody}`),
    series: await read('series query curves --limit 100000'),
  }
}

/** Bytes and times of the files that hold the state. */
function stateOf(data: string): string {
  const directory = join(data, 'state', 'shops')
  if (!existsSync(directory)) return ''
  return readdirSync(directory)
    .map(name => statSync(join(directory, name), { throwIfNoEntry: false }))
    .map(found => `${found?.size} ${found?.mtimeMs}`)
    .join()
}

interface Attempt {
  readonly signal: 'SIGKILL' | 'SIGINT'
  readonly during: 'warm-up' | 'rest'
}

/** Ends a replay after so many commits have been seen. */
async function attempt(
  t: TestContext,
  folder: CliFolder,
  args: readonly string[],
  { signal, during }: Attempt,
  commits: number,
): Promise<void> {
  const data = join(folder.path, 'ended')
  const env = { ...process.env, HEADRACE_COMMIT_MS: '1' }
  const child = spawn(process.execPath, [`${root}cli/main.ts`, ...args], {
    ...{ cwd: folder.path, env, stdio: 'ignore' },
  })
  t.after(() => child.kill('SIGKILL'))
  const isThere = () => during === 'warm-up' || existsSync(join(data, 'warmup.json'))
  let [last, seen] = [stateOf(data), 0]
  await until('commit', () => {
    const state = stateOf(data)
    if (isThere() && state !== last) seen++
    last = state
    return seen >= commits || child.exitCode !== null
  })
  // Through a short warm-up it may be before anybody looks.
  assert.ok(during === 'warm-up' || child.exitCode === null, 'it has gone to its end')
  child.kill(signal)
  const code = await exitOf(child)
  assert.ok(signal === 'SIGKILL' || code === 0, `it ended with ${code}`)
}

for (const workers of [1, 2]) {
  test(`killed and stopped again and again, with ${workers} workers: what is left is that of one go`, async t => {
    t.diagnostic(`HEADRACE_SEED=${seed}`)
    const random = randomFrom(seed + workers)
    const folder = new CliFolder(t)
    folder.write('job.ts', source)
    await writeSales(join(folder.path, 'live'))
    const args = (out: string) => ['replay', 'job.ts', '--data', 'live', '--out', out, ...range]
    const whole = await folder.run([...args('whole'), '--json', '--workers', '1'])
    assert.equal(whole.code, 0, whole.err)
    const attempts: Attempt[] = [
      { signal: 'SIGKILL', during: 'warm-up' },
      { signal: 'SIGKILL', during: 'rest' },
      { signal: 'SIGINT', during: 'rest' },
    ]
    const again = [...args('ended'), '--workers', String(workers)]
    for (const one of attempts) {
      // Long enough to be met at work: what is left is the same at any speed.
      const speed = one.during === 'rest' ? ['--speed', '40'] : []
      await attempt(t, folder, [...again, ...speed], one, 1 + Math.floor(random() * 5))
    }
    const rest = await folder.run([...again, '--json'])
    assert.equal(rest.code, 0, rest.err)
    const [expected, got] = [whole, rest].map(({ json }) => json<Record<string, unknown>>().at(-1))
    for (const name of ['read', 'inputs', 'steps']) assert.deepEqual(got?.[name], expected?.[name], name)
    const results = await resultsIn(folder, 'ended')
    for (const [name, lines] of Object.entries(await resultsIn(folder, 'whole'))) {
      assert.ok(lines.length > 5, name)
      const different = lines.findIndex((line, at) => line !== results[name]?.[at])
      assert.equal(results[name]?.[different], lines[different], name)
      assert.equal(results[name]?.length, lines.length, name)
    }
  })
}
