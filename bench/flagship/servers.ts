import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sourceTopics } from '../../cli/create-sources.ts'
import { ensureModels } from '../../cli/demo/demo-models.ts'
import { topicsOf } from '../../cli/reset/job-store.ts'
import { jobOfState, marksTopic } from '../../connectors/kafka/state/job-topics.ts'
import { plan } from '../../engine/graph/plan.ts'
import { recommendations } from '../../jobs/clickstream/topics.ts'
import clickstream from '../../jobs/clickstream.ts'
import { influx, newBucket } from '../../test/support/services/influx.ts'
import { redis, uniquePrefix } from '../../test/support/services/redis.ts'
import { calibrate } from '../calibration.ts'
import { PARTITIONS } from '../events.ts'
import { BenchTopics } from '../kafka/bench-topics.ts'
import { now } from '../kafka/meter.ts'
import { UsageError } from '../options.ts'
import { percentile } from '../percentile.ts'
import { round } from '../workloads.ts'
import { AnomalyPoints } from './anomaly-points.ts'
import { EngineChild } from './engine-child.ts'
import { OfferFeatures } from './offer-features.ts'
import { OfferTopic } from './offer-topic.ts'
import { sendEvents } from './sender.ts'

export interface ServersOptions {
  readonly brokers: readonly string[]
  readonly rates: readonly number[]
  readonly seconds: number
  readonly commitMs: number
}

/** Milliseconds from an event's being sent to its result's being visible. */
interface Latency {
  readonly results: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

export interface ServersResult {
  readonly suite: 'flagship'
  readonly way: 'servers'
  readonly rate: number
  readonly commitMs: number
  /** Events that the engine has read while it was measured. */
  readonly N: number
  readonly wallSeconds: number
  readonly cpuSecondsMeasured: number
  readonly eventsPerSecond: number
  readonly eventsPerCpuSecond: number
  readonly commits: number
  readonly topic: Latency
  readonly redis: Latency
  readonly influx: Latency
  /** What of that InfluxDB took for itself, request by request. */
  readonly influxOwn: Latency
  readonly calibration: readonly number[]
  readonly ok: boolean
}

/** Code is cold at first, and windows end after ten seconds: what is sent in this time is checked, but not measured. */
const WARM_UP_MS = 14_000
const PATIENCE_MS = 120_000
/** Of the rate, at least so much was sent. */
const RATE_KEPT = 0.97
/** Who needs longer for what is left when the last event is sent has fallen behind. */
const KEEPING_UP_SECONDS = 2

/** The whole flagship on Kafka, Redis and InfluxDB, with event time as the clock; a line for each rate. */
export async function runOnServers(
  { rates, ...options }: ServersOptions,
  report: (result: ServersResult) => void,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'headrace-bench-flagship-'))
  const topics = await BenchTopics.open(options.brokers)
  try {
    const isIts = topicTest()
    const before = (await topics.names()).find(isIts)
    if (before !== undefined) throw new UsageError(`--brokers: there is a topic ${before} already`)
    await ensureModels(join(dir, 'models'), console.error)
    for (const rate of rates) {
      try {
        report(await runAtRate({ ...options, rate, dir }, topics))
      } finally {
        await topics.delete(clickstream.name, isIts)
      }
    }
  } finally {
    await topics.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

interface RateOptions extends Omit<ServersOptions, 'rates'> {
  readonly rate: number
  readonly dir: string
}

async function runAtRate(options: RateOptions, topics: BenchTopics): Promise<ServersResult> {
  const { brokers, commitMs, dir } = options
  const planned = plan(clickstream)
  for (const name of [...sourceTopics(planned), recommendations.name]) await topics.create(name)
  const bucket = await newBucket(await influx())
  const points = await AnomalyPoints.open(bucket)
  const stores = {
    redis: { url: await redis(), keyPrefix: uniquePrefix() },
    influx: { ...bucket, url: points.url },
    embedded: { dir },
  }
  const kafka = { brokers, createTopics: {} }
  const engine = new EngineChild({ kafka, stores, models: join(dir, 'models'), commitMs })
  const offerTopic = await OfferTopic.open(brokers)
  const offerFeatures = new OfferFeatures(stores.redis)
  try {
    // Each task commits what it begins with: all are open then.
    const tasks = planned.stages.length + PARTITIONS - 1
    await engine.until('opening', PATIENCE_MS, ({ commits }) => commits >= tasks)
    return await measure(options, { engine, offerTopic, offerFeatures, points })
  } finally {
    await engine.stop()
    await Promise.all([offerTopic.close(), offerFeatures.close()])
    points.close()
  }
}

interface Watched {
  readonly engine: EngineChild
  readonly offerTopic: OfferTopic
  readonly offerFeatures: OfferFeatures
  readonly points: AnomalyPoints
}

async function measure({ rate, seconds, commitMs, brokers }: RateOptions, watched: Watched) {
  const { engine, offerTopic, offerFeatures, points } = watched
  const calibration = calibrate()
  const order = { brokers, rate, seconds: seconds + WARM_UP_MS / 1000, seed: 11 }
  const sending = sendEvents(order, purchase => offerFeatures.expect(purchase))
  await Promise.race([sending, new Promise(resolve => setTimeout(resolve, WARM_UP_MS))])
  const since = now()
  const begin = await engine.state()
  const sent = await sending
  await offerTopic.until(sent.purchases.length, PATIENCE_MS)
  const end = await engine.until('reading', PATIENCE_MS, ({ lag }) => lag === 0)
  const [N, wallSeconds] = [end.read - begin.read, (offerTopic.lastAt - since) / 1000]
  const cpuSecondsMeasured = end.cpuSeconds - begin.cpuSeconds
  const offered = offerTopic.latencies(sent.purchases, since)
  const isKept = sent.events / sent.seconds >= rate * RATE_KEPT && wallSeconds <= seconds + KEEPING_UP_SECONDS
  return {
    ...({ suite: 'flagship', way: 'servers' } as const),
    ...{ rate, commitMs, N, wallSeconds: round(wallSeconds), cpuSecondsMeasured: round(cpuSecondsMeasured) },
    eventsPerSecond: Math.round(N / wallSeconds),
    eventsPerCpuSecond: Math.round(N / cpuSecondsMeasured),
    commits: end.commits - begin.commits,
    topic: latencyOf(offered.took),
    redis: latencyOf(offerFeatures.latencies(since)),
    influx: latencyOf(points.latencies(sent.closings, since)),
    influxOwn: latencyOf(points.serverTimes(since)),
    calibration: [calibration, calibrate()],
    ok: offered.ok && isKept && (await points.areThere()),
  }
}

function latencyOf(took: Float64Array): Latency {
  const at = (part: number) => round(percentile(took, part))
  return { results: took.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) }
}

/** Of the topics that the flagship reads, writes and keeps its state in. */
function topicTest(): (topic: string) => boolean {
  const planned = plan(clickstream)
  const { outputs, between } = topicsOf(planned)
  const names = new Set([...sourceTopics(planned), ...outputs, ...between, marksTopic(clickstream.name)])
  return topic => names.has(topic) || jobOfState(topic) === clickstream.name
}
