import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { KafkaHome } from '../../connectors/kafka/home.ts'
import type { Job } from '../../engine/job.ts'
import { SharedRun } from '../../engine/shared/shared-run.ts'
import { CliFolder } from './cli.ts'
import { kafka, uniqueName } from './services/kafka.ts'
import { until } from './services/until.ts'

const { brokers } = await kafka()
const createTopics = { config: { 'retention.ms': '-1' } }

export interface PerUser {
  readonly partition: number
  readonly key: string
  readonly timestamp: number
  readonly value: { readonly user: number; readonly windowStart: number; readonly clicks: number }
}

/** A job over clicks on a real broker whose inputs soon fall idle, in a folder that is configured for Kafka. */
export class LiveKafkaJob {
  readonly name = uniqueName('replayed')
  readonly folder: CliFolder

  /** `between` are operators that come before the windows. */
  constructor(t: TestContext, { between = '', idleAfter = '200ms', audit = false, deployment = {} } = {}) {
    this.folder = new CliFolder(t)
    const config = { brokers, createTopics, ...deployment }
    this.folder.write('headrace.config.ts', `export default ${JSON.stringify(config)}`)
    this.folder.write('job.ts', jobSource(this.name, between, idleAfter, audit))
  }

  async append(rows: readonly object[]): Promise<void> {
    const input = rows.map(row => JSON.stringify(row)).join('\n')
    await this.ok(['log', 'append', `${this.name}.clicks`, '--key', 'user', '--partitions', '2'], input)
  }

  async rows(data: readonly string[] = []): Promise<PerUser[]> {
    const topic = `${this.name}.per-user`
    return (await this.ok(['log', 'cat', topic, '--job', 'job.ts', '--json', ...data])).json<PerUser>()
  }

  /** Runs it until it has given a row for a window. */
  async liveUntil(windowStart: number, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    const module: { default: Job } = await import(pathToFileURL(`${this.folder.path}/job.ts`).href)
    const home = await KafkaHome.open({ brokers, createTopics }, () => {})
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
    assert.equal(result.code, 0, result.err + result.out)
    return result
  }
}

function jobSource(name: string, between: string, idleAfter: string, audit: boolean): string {
  return `
import { job, long, record, sink, source, timestamp, topic } from '@/engine/index.ts'
import { count, repartition, tumbling } from '@/operators/index.ts'

const Click = record('Click', { ts: timestamp(), user: long() })
const PerUser = record('PerUser', { user: long(), windowStart: timestamp(), clicks: long() })

export default job('${name}', () => {
  source('in', topic('${name}.clicks', Click, { time: 'ts', key: 'user', lateness: '2s', idleAfter: '${idleAfter}' })).pipe(
    ${between}
    tumbling('w', { by: 'user', size: '10s' }, { clicks: count() }),
    sink('out', topic('${name}.per-user', PerUser, { key: 'user' })),
  )
}, { audit: ${audit} })
`
}
