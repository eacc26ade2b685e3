import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { KafkaHome } from '../../connectors/kafka/home.ts'
import type { Job } from '../../engine/job.ts'
import { SharedRun } from '../../engine/shared/shared-run.ts'
import { CliFolder } from '../support/cli.ts'
import { kafka, uniqueName } from '../support/services/kafka.ts'
import { until } from '../support/services/until.ts'

const { brokers } = await kafka()
const startMs = 1_767_225_600_000
const windowMs = 10_000

interface PerUser {
  readonly partition: number
  readonly key: string
  readonly timestamp: number
  readonly value: { readonly user: number; readonly windowStart: number; readonly clicks: number }
}

/** A job whose inputs soon fall idle, in a folder that is configured for Kafka. */
class LiveJob {
  readonly name = uniqueName('replayed')
  readonly folder: CliFolder

  constructor(t: TestContext) {
    this.folder = new CliFolder(t)
    const config = { brokers, createTopics: { config: { 'retention.ms': -1 } } }
    this.folder.write('headrace.config.ts', `export default ${JSON.stringify(config)}`)
    this.folder.write('job.ts', this.source)
  }

  async append(rows: readonly object[]): Promise<void> {
    const input = rows.map(row => JSON.stringify(row)).join('\n')
    await this.ok(['log', 'append', `${this.name}.clicks`, '--key', 'user', '--partitions', '2'], input)
  }

  async rows(data: readonly string[] = []): Promise<PerUser[]> {
    const { json } = await this.ok([
      'log',
      'cat',
      `${this.name}.per-user`,
      '--job',
      'job.ts',
      '--json',
      ...data,
    ])
    return json<PerUser>()
  }

  /** Runs it until it has given a row for a window. */
  async liveUntil(windowStart: number, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    const module: { default: Job } = await import(pathToFileURL(`${this.folder.path}/job.ts`).href)
    const home = await KafkaHome.open(
      { brokers, createTopics: { config: { 'retention.ms': '-1' } } },
      () => {},
    )
    const run = await SharedRun.open(module.default, { home, commitEveryMs: 20 })
    const stop = new AbortController()
    const working = run.work(stop.signal)
    const isThere = async () => (await this.rows()).some(({ value }) => value.windowStart === windowStart)
    try {
      await meanwhile()
      await until(`a row for ${windowStart}`, isThere)
    } finally {
      stop.abort()
      await working
      await run.close()
      await home.close()
    }
  }

  async ok(args: readonly string[], input = '') {
    const result = await this.folder.run(args, { input })
    assert.equal(result.code, 0, result.err)
    return result
  }

  private get source(): string {
    return `
import { job, long, record, sink, source, timestamp, topic } from '@/engine/index.ts'
import { count, tumbling } from '@/operators/index.ts'

const Click = record('Click', { ts: timestamp(), user: long() })
const PerUser = record('PerUser', { user: long(), windowStart: timestamp(), clicks: long() })

export default job('${this.name}', () => {
  source('in', topic('${this.name}.clicks', Click, { time: 'ts', key: 'user', lateness: '2s', idleAfter: '200ms' })).pipe(
    tumbling('w', { by: 'user', size: '10s' }, { clicks: count() }),
    sink('out', topic('${this.name}.per-user', PerUser, { key: 'user' })),
  )
})
`
  }
}

/** Some in order, some late, some that are no clicks. */
function clicksFrom(second: number): object[] {
  return Array.from({ length: 120 }, (_, k) => {
    const ts = startMs + (second + k * 0.5) * 1000
    if (k % 17 === 5) return { ts: 'yesterday', user: k % 6 }
    return { ts: k % 11 === 7 ? ts - 15_000 : ts, user: k % 6 }
  })
}

test('what a job gave live on Kafka, with late and malformed records and idle stretches, a replay gives again', async t => {
  const job = new LiveJob(t)
  await job.append(clicksFrom(0))
  // Windows that no record closes: they were left when all was quiet.
  await job.liveUntil(startMs + 50_000)
  await job.liveUntil(startMs + 350_000, () => job.append(clicksFrom(300)))
  const live = await job.rows()
  assert.ok(live.length > 60)
  await job.ok(['replay', 'job.ts', '--out', 'again'])
  const again = await job.rows(['--data', 'again'])
  const byPartition = (rows: readonly PerUser[]) =>
    Map.groupBy(
      rows.map(({ partition, key, timestamp, value }) => ({ partition, key, timestamp, value })),
      ({ partition }) => partition,
    )
  assert.deepEqual(byPartition(again), byPartition(live))
  const dead = async (data: readonly string[]) =>
    (await job.ok(['log', 'cat', `${job.name}.dead-letter`, '--json', ...data])).json().length
  assert.equal(await dead(['--data', 'again']), await dead([]))
  assert.ok((await dead([])) > 0)
  const quiet = live.filter(({ value }) => value.windowStart === startMs + 350_000)
  assert.ok(quiet.length > 0 && live.every(({ value }) => value.windowStart <= startMs + 350_000 + windowMs))
})
