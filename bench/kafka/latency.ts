import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from '../percentile.ts'
import type { WorkloadOptions } from '../workloads.ts'
import { round } from '../workloads.ts'
import { guaranteeOf } from './bench-cluster.ts'
import { BenchTopics } from './bench-topics.ts'
import { EngineProcess } from './engine-process.ts'
import { LatencyResults } from './latency-results.ts'
import { LatencySender } from './latency-sender.ts'
import { now } from './meter.ts'

export interface LatencyOptions extends Pick<WorkloadOptions, 'guarantee' | 'workers' | 'commitMs'> {
  readonly brokers: readonly string[]
  readonly rate: number
  readonly seconds: number
  readonly keys: number
}

export interface LatencyResult extends Pick<WorkloadOptions, 'guarantee' | 'workers' | 'commitMs'> {
  readonly suite: 'latency'
  readonly rate: number
  readonly events: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  readonly commits: number
  readonly commitP50Ms: number
  readonly commitP99Ms: number
  readonly cpuSeconds: number
  readonly calibration: readonly [number, number]
  readonly ok: boolean
}

interface Seen {
  readonly sent: number
  /** Milliseconds of each event that is measured. */
  readonly took: Float64Array
  readonly ok: boolean
}

/** Code is cold at first: what is sent in this time is checked, but not measured. */
const WARM_UP_MS = 5000
const PULSE_MS = 5

/** From an event's being sent to its result's being visible to a reader of committed records. */
export async function runLatency(options: LatencyOptions): Promise<LatencyResult> {
  const { brokers, guarantee, commitMs, workers } = options
  const topics = await BenchTopics.open(brokers)
  const id = randomUUID().slice(0, 8)
  const names = { input: `bench.sent.${id}`, out: `bench.passed.${id}`, windows: `bench.windows.${id}` }
  const job = `bench-latency-${id}`
  for (const name of Object.values(names)) await topics.create(name)
  const engine = new EngineProcess({
    home: { brokers, guarantee: guaranteeOf(guarantee), startFrom: 'earliest' },
    job: {
      module: new URL('latency-job.ts', import.meta.url).href,
      export: 'latencyJob',
      args: [names.input, names.out, names.windows, job],
    },
    input: names.input,
    commitMs,
    workers,
    untilEnd: false,
  })
  try {
    const seen = await sendAndFollow(options, names.input, names.out)
    const report = await engine.stop()
    return {
      suite: 'latency',
      rate: options.rate,
      commitMs,
      guarantee,
      workers,
      events: seen.sent,
      p50Ms: round(percentile(seen.took, 0.5)),
      p99Ms: round(percentile(seen.took, 0.99)),
      maxMs: round(percentile(seen.took, 1)),
      commits: report.commits,
      commitP50Ms: round(report.commitP50Ms),
      commitP99Ms: round(report.commitP99Ms),
      cpuSeconds: round(report.cpuSeconds),
      calibration: report.calibration,
      ok: seen.ok,
    }
  } finally {
    engine.kill()
    await topics.deleteRun(id, job)
    await topics.close()
  }
}

async function sendAndFollow(options: LatencyOptions, input: string, out: string): Promise<Seen> {
  const { brokers, rate, seconds, keys } = options
  const results = await LatencyResults.open(brokers, out)
  const sender = await LatencySender.open(brokers, input, keys)
  try {
    await sender.send(1)
    // The engine is at work then.
    await results.until(1)
    const begin = now()
    const measuredFrom = begin + WARM_UP_MS
    for (let time = begin; time < measuredFrom + seconds * 1000; time = now()) {
      await sender.send(Math.floor(((time - begin) * rate) / 1000) - sender.sent)
      await delay(PULSE_MS)
    }
    await results.until(sender.sent)
    return { sent: sender.sent, took: results.since(measuredFrom), ok: results.areAll(sender.sent) }
  } finally {
    await sender.close()
    await results.close()
  }
}
