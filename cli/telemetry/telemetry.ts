import { hostname } from 'node:os'
import type { MetricsOptions } from '../settings/metrics.ts'
import type { RunMeter } from '../status.ts'
import { figuresOf } from './figures.ts'
import { serveMetrics } from './metrics-server.ts'
import { PrometheusFigures } from './prometheus.ts'
import type { SeriesTarget } from './series-point-writer.ts'
import { SeriesTelemetry } from './series-telemetry.ts'

export interface TelemetryRequest {
  readonly job: string
  readonly meter: RunMeter
  readonly metrics: MetricsOptions
  /** Where its series go. */
  readonly stores: SeriesTarget
  readonly note: (text: string) => void
}

export interface Telemetry {
  close(): Promise<void>
}

/** Lets a running job tell of itself as its deployment wants it: to a store of series, to Prometheus, or not at all. */
export async function startTelemetry({
  job,
  meter,
  metrics,
  stores,
  note,
}: TelemetryRequest): Promise<Telemetry> {
  const { seriesEveryMs, host, port } = metrics
  const figures = () => figuresOf(meter)
  const server =
    port === undefined ? undefined : await serveMetrics(new PrometheusFigures(job, figures), host, port)
  if (server !== undefined) note(`metrics: ${server.url}`)
  const origin = { job, process: metrics.process ?? `${hostname()}-${process.pid}` }
  const series =
    seriesEveryMs === undefined
      ? undefined
      : new SeriesTelemetry({ stores, figures, origin, everyMs: seriesEveryMs, note })
  return {
    close: async () => {
      await Promise.all([series?.close(), server?.close()])
    },
  }
}
