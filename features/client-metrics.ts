import type { Registry } from 'prom-client'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { FeatureReading } from './reading.ts'
import { hasValue } from './reading.ts'
import type { RowOrigins } from './store-reads.ts'

/** From a tenth of a second to a week. */
const ageBuckets = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400, 604_800]
/** From a tenth of a millisecond to some seconds. */
const secondsBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5]

interface ViewMetrics {
  readonly view: string
  readonly version: number
  readonly ages: { observe(value: number): void }
  readonly seconds: { observe(value: number): void }
  /** Event time of the newest value so far. */
  newest: number
}

/** How fresh the features are that a client serves, and how fast it does, for Prometheus. */
export class ClientMetrics {
  private readonly views = new Map<string, ViewMetrics>()
  private readonly ages: Histogram<'view' | 'version'>
  private readonly seconds: Histogram<'view' | 'version'>
  private readonly values: Counter<'view' | 'version' | 'state'>
  private readonly rows: Counter<'view' | 'version' | 'origin'>

  constructor(registry: Registry, now: () => number) {
    const registers = [registry]
    const labelNames = ['view', 'version'] as const
    this.ages = new Histogram({
      name: 'headrace_feature_age_seconds',
      help: 'Age of the values that were served, by their event time',
      labelNames,
      buckets: ageBuckets,
      registers,
    })
    this.seconds = new Histogram({
      name: 'headrace_feature_read_seconds',
      help: 'Time that reads of features took, of one or many entities',
      labelNames,
      buckets: secondsBuckets,
      registers,
    })
    this.values = new Counter({
      name: 'headrace_feature_values_total',
      help: 'Features that were asked for, by what they were: ok, stale, expired, missing',
      labelNames: [...labelNames, 'state'],
      registers,
    })
    this.rows = new Counter({
      name: 'headrace_feature_rows_total',
      help: 'Entities that were asked for, by where their features came from: store, cache, or a read under way',
      labelNames: [...labelNames, 'origin'],
      registers,
    })
    const { views } = this
    new Gauge({
      name: 'headrace_feature_newest_age_seconds',
      help: 'Age of the newest value that was served so far',
      labelNames,
      registers,
      collect() {
        for (const { view, version, newest } of views.values()) {
          if (newest !== Number.NEGATIVE_INFINITY) this.set({ view, version }, (now() - newest) / 1000)
        }
      },
    })
  }

  read(view: string, version: number, origins: RowOrigins): void {
    const { remembered, shared, asked } = origins
    if (asked > 0) this.rows.inc({ view, version, origin: 'store' }, asked)
    if (remembered > 0) this.rows.inc({ view, version, origin: 'cache' }, remembered)
    if (shared > 0) this.rows.inc({ view, version, origin: 'under way' }, shared)
  }

  served(view: string, version: number, rows: readonly (readonly FeatureReading[])[], ms: number): void {
    const metrics = this.of(view, version)
    metrics.seconds.observe(ms / 1000)
    const counts = { ok: 0, stale: 0, expired: 0, missing: 0 }
    for (const row of rows) {
      for (const reading of row) {
        counts[reading.state]++
        if (!hasValue(reading)) continue
        metrics.ages.observe(reading.ageMs / 1000)
        if (reading.time > metrics.newest) metrics.newest = reading.time
      }
    }
    for (const [state, count] of Object.entries(counts)) {
      if (count > 0) this.values.inc({ view, version, state }, count)
    }
  }

  private of(view: string, version: number): ViewMetrics {
    const key = `${view}@${version}`
    const known = this.views.get(key)
    if (known !== undefined) return known
    const made = {
      view,
      version,
      ages: this.ages.labels(view, String(version)),
      seconds: this.seconds.labels(view, String(version)),
      newest: Number.NEGATIVE_INFINITY,
    }
    this.views.set(key, made)
    return made
  }
}
