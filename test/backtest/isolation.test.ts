import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { groupPositions } from '../../connectors/kafka/admin/groups.ts'
import { Cluster } from '../../connectors/kafka/cluster/cluster.ts'
import { CliFolder } from '../support/cli.ts'
import { storedValues } from '../support/influx-client.ts'
import { influx, newBucket } from '../support/services/influx.ts'
import { kafka, uniqueName } from '../support/services/kafka.ts'
import { redis, redisClient, uniquePrefix } from '../support/services/redis.ts'

const { brokers } = await kafka()
const redisUrl = await redis()
const server = await influx()

const startMs = 1_767_225_600_000

function clicks(from: number, until: number): string {
  const lines = Array.from({ length: until - from }, (_, k) => ({
    ts: (from + k) % 31 === 7 ? 'yesterday' : startMs + (from + k) * 500,
    user: (from + k) % 6,
  }))
  return lines.map(line => JSON.stringify(line)).join('\n')
}

function jobSource(name: string): string {
  return `
import { features, job, long, record, series, sink, source, timestamp, topic } from '@/engine/index.ts'
import { count, enrich, repartition, select, tumbling } from '@/operators/index.ts'

const Click = record('Click', { ts: timestamp(), user: long() })
const PerUser = record('PerUser', { user: long(), windowStart: timestamp(), clicks: long() })

const other = features('${name}-other', { entity: 'user', fields: { level: long() } })

export default job('${name}', () => {
  const windows = source('in', topic('${name}.clicks', Click, { time: 'ts', key: 'user', lateness: '2s', idleAfter: '1h' })).pipe(
    enrich('levels', other, { by: 'user', take: ['level'] }),
    repartition('by-user', { by: 'user', partitions: 3 }),
    tumbling('w', { by: 'user', size: '10s' }, { clicks: count() }),
  )
  windows.pipe(sink('out', topic('${name}.per-user', PerUser, { key: 'user' })))
  windows.pipe(select('user', 'clicks'), sink('view', features('${name}-stats', { entity: 'user', fields: { clicks: long() } })))
  windows.pipe(sink('points', series('${name}-traffic', PerUser, { tags: ['user'], time: 'windowStart' })))
})
`
}

/** A job on Kafka, Redis and InfluxDB, and all that is live of it. */
class Live {
  readonly name = uniqueName('isolated')
  readonly prefix = uniquePrefix()
  readonly folder: CliFolder
  readonly bucket: Awaited<ReturnType<typeof newBucket>>
  private readonly t: TestContext

  static async start(t: TestContext): Promise<Live> {
    const live = new Live(t, await newBucket(server, 'live'))
    await live.ok(`log append ${live.name}.clicks --key user --partitions 2`, clicks(0, 400))
    await live.ok('run job.ts --no-check --until end')
    return live
  }

  private constructor(t: TestContext, bucket: Live['bucket']) {
    this.t = t
    this.bucket = bucket
    this.folder = new CliFolder(t)
    this.folder.write('job.ts', jobSource(this.name))
    const createTopics = { config: { 'retention.ms': '-1' } }
    this.folder.write('headrace.config.ts', `export default ${JSON.stringify({ brokers, createTopics })}`)
  }

  async run(args: string, input = '') {
    const env = {
      HEADRACE_REDIS_URL: redisUrl,
      HEADRACE_REDIS_KEY_PREFIX: this.prefix,
      HEADRACE_INFLUX_URL: this.bucket.url,
      HEADRACE_INFLUX_TOKEN: this.bucket.token,
      HEADRACE_INFLUX_ORG: this.bucket.org,
      HEADRACE_INFLUX_BUCKET: this.bucket.bucket,
    }
    return this.folder.run(args, { env, input })
  }

  async ok(args: string, input = '') {
    const result = await this.run(args, input)
    assert.equal(result.code, 0, result.err + result.out)
    return result
  }

  async rows(topic: string): Promise<string[]> {
    const { json } = await this.ok(`log cat ${topic} --json`)
    return json<{ partition: number; key: string; timestamp: number; value: unknown }>().map(
      ({ partition, key, timestamp, value }) => JSON.stringify([partition, key, timestamp, value]),
    )
  }

  points(bucket: string) {
    return storedValues({ ...this.bucket, bucket }, `${this.name}-traffic`)
  }

  /** By key without its prefix. */
  async keys(prefix: string): Promise<[string, string][]> {
    const client = redisClient(this.t, redisUrl)
    const keys = (await client.keys(`${prefix}*`)).sort()
    return Promise.all(
      keys.map(async (key): Promise<[string, string]> => {
        return [key.slice(prefix.length), String((await client.dumpBuffer(key))?.toString('hex'))]
      }),
    )
  }

  /** Ends of topics, offsets of groups, keys and values, points. */
  async picture(): Promise<unknown> {
    const cluster = await Cluster.open({ brokers }, () => {})
    const positions = await groupPositions(cluster, this.name)
    await cluster.close()
    const topics = (await this.ok('topics --json')).json<{ topic: string }>()
    const own = topics.filter(({ topic }) => topic.startsWith(`${this.name}.`))
    assert.ok(own.length >= 6 && positions.length > 0)
    return {
      own,
      positions,
      keys: await this.keys(this.prefix),
      points: await this.points(this.bucket.bucket),
    }
  }
}

test('no replay touches what is live: topics, groups, features, points', async t => {
  const live = await Live.start(t)
  const before = await live.picture()
  const untouched = async (args: string) => {
    await live.ok(`replay job.ts ${args}`)
    assert.deepEqual(await live.picture(), before, args)
  }
  await untouched('--out whole --workers 2 --against live')
  await untouched(
    `--out warm --from ${new Date(startMs + 100_000).toISOString()} --warmup 30s --against live`,
  )
  await live.ok(`checkpoint save ${live.name} --to saved`)
  await untouched('--out rest --checkpoint saved')
  const [bucket, keys] = [`again-${live.name}`, uniquePrefix()]
  const targets = `--to-topics again- --to-redis ${keys} --to-bucket ${bucket}`
  await untouched(`--out again ${targets}`)
  await untouched(`--out again ${targets}`)
  for (const topic of [`${live.name}.per-user`, `${live.name}.dead-letter`]) {
    const copied = await live.rows(`again-${topic}`)
    assert.ok(copied.length > 10)
    assert.deepEqual(copied.sort(), (await live.rows(topic)).sort())
  }
  assert.deepEqual(await live.points(bucket), await live.points(live.bucket.bucket))
  const names = (all: readonly [string, string][]) => all.map(([key]) => key)
  assert.deepEqual(names(await live.keys(keys)), names(await live.keys(live.prefix)))
  const other = await live.run('replay job.ts --out other --to-topics again-')
  assert.match(other.err, /HR_REPLAY_TARGET.*the topic again-\S+ has records.*--overwrite-live/)
})

test('live targets, and those of another replay, are refused unless it is said', async t => {
  const live = await Live.start(t)
  const before = await live.picture()
  const refused = async (args: string, message: RegExp) => {
    const { code, err } = await live.run(`replay job.ts --out refused ${args}`)
    assert.equal(code, 78)
    assert.match(err, message)
  }
  await refused('--to-topics=', new RegExp(`the topic ${live.name}.per-user is one of the live job`))
  await refused(`--to-redis ${live.prefix}`, /keys of live features begin with/)
  await refused('--to-redis=', /keys of live features begin with/)
  await refused(`--to-bucket ${live.bucket.bucket}`, /the bucket \S+ is the live one/)
  assert.deepEqual(await live.picture(), before)
  const rows = await live.rows(`${live.name}.per-user`)
  await live.ok('replay job.ts --out told --to-topics= --overwrite-live')
  assert.equal((await live.rows(`${live.name}.per-user`)).length, rows.length * 2)
})
