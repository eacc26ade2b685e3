import type { Registry } from 'prom-client'
import { Counter, Gauge, Histogram } from 'prom-client'
import { AgeHistogram } from './age-histogram.ts'
import type { FeatureReading } from './reading.ts'
import type { RowOrigins } from './store-reads.ts'
import { ViewFigures } from './view-figures.ts'

/** From a tenth of a millisecond to some seconds. */
const secondsBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5]

/** How fresh the features are that a client serves, and how fast it does, for Prometheus. */
export class ClientMetrics {
  private readonly views = new Map<string, ViewFigures>()
  private readonly seconds: Histogram<'view' | 'version'>

  constructor(registry: Registry, now: () => number) {
    const views = () => this.views.values()
    registry.registerMetric(new AgeHistogram(views).metric)
    showNewest(registry, views, now)
    showCounts(registry, views)
    this.seconds = new Histogram({
      name: 'headrace_feature_read_seconds',
      help: 'Time that reads of features took, of one or many entities',
      labelNames: ['view', 'version'],
      buckets: secondsBuckets,
      registers: [registry],
    })
  }

  read(view: string, version: number, origins: RowOrigins): void {
    this.of(view, version).read(origins)
  }

  served(view: string, version: number, rows: readonly (readonly FeatureReading[])[], ms: number): void {
    const figures = this.of(view, version)
    figures.served(rows)
    this.seconds.observe(figures.labels, ms / 1000)
  }

  private of(view: string, version: number): ViewFigures {
    const key = `${view}@${version}`
    const figures = this.views.get(key) ?? new ViewFigures(view, version)
    this.views.set(key, figures)
    return figures
  }
}

type Views = () => Iterable<ViewFigures>

function showNewest(registry: Registry, views: Views, now: () => number): void {
  new Gauge({
    name: 'headrace_feature_newest_age_seconds',
    help: 'Age of the newest value that was served so far',
    labelNames: ['view', 'version'],
    registers: [registry],
    collect() {
      for (const { labels, newest } of views()) {
        if (newest !== Number.NEGATIVE_INFINITY) this.set(labels, (now() - newest) / 1000)
      }
    },
  })
}

function showCounts(registry: Registry, views: Views): void {
  new Counter({
    name: 'headrace_feature_values_total',
    help: 'Features that were asked for, by what they were: ok, stale, expired, missing',
    labelNames: ['view', 'version', 'state'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { labels, states } of views()) {
        for (const [state, count] of Object.entries(states)) this.inc({ ...labels, state }, count)
      }
    },
  })
  new Counter({
    name: 'headrace_feature_rows_total',
    help: 'Entities that were asked for, by where their features came from: store, cache, or a read under way',
    labelNames: ['view', 'version', 'origin'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { labels, origins } of views()) {
        for (const [origin, count] of Object.entries(origins)) this.inc({ ...labels, origin }, count)
      }
    },
  })
}
