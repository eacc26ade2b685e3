import { limits } from '../../engine/limits.ts'
import type { Duration } from '../../engine/time/duration.ts'
import { durationMs } from '../../engine/time/duration.ts'
import type { Setting, ValueOf } from './setting.ts'
import { text, whole } from './setting.ts'

/** How often `false` is: an interval that is not given at all is undefined, as with other settings. */
const never = 0

/** What a running job tells of itself. It stands in the configuration as `metrics: { series, port, ... }`. */
export const metricsSettings = {
  'metrics.series': interval({
    about: 'whether, or how often, figures of the job go to the store of series; `true` is every 5 seconds',
    env: 'HEADRACE_METRICS_SERIES',
  }),
  'metrics.port': whole(0, 65_535, undefined, {
    about: 'port at which `headrace run` serves `/metrics` to Prometheus; 0 is any that is free',
    env: 'HEADRACE_METRICS_PORT',
  }),
  'metrics.host': text('127.0.0.1', {
    about: 'address that it is served at',
    env: 'HEADRACE_METRICS_HOST',
  }),
  'metrics.process': text(undefined, {
    about: 'the name of this process among those of the job; without it, host and process id',
    env: 'HEADRACE_METRICS_PROCESS',
  }),
} as const

export type MetricsValues = {
  readonly [K in keyof typeof metricsSettings]: ValueOf<(typeof metricsSettings)[K]>
}

export interface MetricsOptions {
  /** Milliseconds between two points; undefined: none are written. */
  readonly seriesEveryMs: number | undefined
  /** Undefined: nothing is served. */
  readonly port: number | undefined
  readonly host: string
  readonly process: string | undefined
}

export function metricsOptionsOf(values: MetricsValues): MetricsOptions {
  return {
    seriesEveryMs: values['metrics.series'] === never ? undefined : values['metrics.series'],
    port: values['metrics.port'],
    host: values['metrics.host'],
    process: values['metrics.process'],
  }
}

function interval(source: Pick<Setting<unknown>, 'about' | 'env'>): Setting<number | undefined> {
  return {
    ...source,
    fallback: undefined,
    allowed: "true, false, or how often, as '10s'",
    read: value => {
      if (value === true || value === 'true') return limits.metricsEveryMs
      if (value === false || value === 'false') return never
      try {
        const ms = durationMs(value as Duration, 'metrics.series')
        return Number.isInteger(ms) && ms > 0 ? ms : undefined
      } catch {
        return undefined
      }
    },
  }
}
