import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import { FeatureClient } from '../../features/index.ts'
import { calibrate } from '../calibration.ts'
import { percentile } from '../percentile.ts'
import { round } from '../workloads.ts'
import { nameOf, view } from './rows.ts'

export interface ReadResult {
  readonly suite: 'features'
  readonly what: 'read'
  readonly store: string
  readonly way: 'in process' | 'http' | 'http, arrow'
  /** Requests a second that were due; null: each client asked again as soon as it was answered. */
  readonly rate: number | null
  readonly clients: number
  /** In one request. */
  readonly entities: number
  /** Requests. */
  readonly N: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  readonly requestsPerSecond: number
  readonly wallSeconds: number
  /** Of the process that reads, or serves; not of the load generator. */
  readonly cpuSecondsMeasured: number
  readonly calibration: number
  readonly ok: boolean
}

export interface ReadOptions {
  readonly clients: number
  readonly entities: number
  /** There are so many in the store. */
  readonly keys: number
  readonly seconds: number
  /** Over HTTP: requests a second; without it, as fast as the clients get answers. */
  readonly rate?: number
}

const WARM_UP_MS = 1000

/** Clients in this process, each of which asks again as soon as it has its answer. */
export async function measureReads(
  store: FeatureStore,
  name: string,
  options: ReadOptions,
): Promise<ReadResult> {
  const { clients, entities, keys, seconds } = options
  const client = FeatureClient.open({ store, timeout: '10s' })
  const calibration = calibrate()
  const took: number[] = []
  let ok = true
  const begin = performance.now() + WARM_UP_MS
  const end = begin + seconds * 1000
  let before = process.cpuUsage()
  setTimeout(() => {
    before = process.cpuUsage()
  }, WARM_UP_MS)
  const ask = async (first: number) => {
    for (let k = first; ; k += clients) {
      const asked = Array.from({ length: entities }, (_, one) => nameOf((k * 104_729 + one * 31) % keys))
      const start = performance.now()
      if (start > end) return
      const { rows } = await client.read({ view: view.name, entities: asked })
      if (start > begin) took.push(performance.now() - start)
      ok &&= rows.length === entities && rows.every(row => row.every(({ state }) => state === 'ok'))
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, first) => ask(first)))
  const used = process.cpuUsage(before)
  return {
    suite: 'features',
    what: 'read',
    store: name,
    way: 'in process',
    rate: null,
    clients,
    entities,
    ...figures(Float64Array.from(took), seconds),
    cpuSecondsMeasured: round((used.user + used.system) / 1e6),
    calibration,
    ok,
  }
}

export function figures(took: Float64Array, seconds: number) {
  return {
    N: took.length,
    p50Ms: round(percentile(took, 0.5)),
    p99Ms: round(percentile(took, 0.99)),
    maxMs: round(percentile(took, 1)),
    requestsPerSecond: Math.round(took.length / seconds),
    wallSeconds: round(seconds),
  }
}
