import { double, long, record, string, timestamp } from '../../../engine/batch/schema.ts'
import { series } from '../../../engine/stores/series.ts'
import { flux } from './flux.ts'

/** As deploy/jobs/clicks.ts writes it. */
const KindTotal = record('KindTotal', {
  kind: string(),
  windowEnd: timestamp(),
  clicks: long(),
  spend: double(),
})
const clicksByKind = series('clicks_by_kind', KindTotal, { tags: ['kind'], time: 'windowEnd' })

export interface QueryPanel {
  readonly title: string
  readonly description: string
  readonly unit: string
  readonly labels: readonly string[]
  readonly query: string
}

const ofWindows = { of: clicksByKind, window: 'sum', join: 'sum', by: ['kind'], ofJobs: false } as const

/** Results of a job, from the series that it writes. */
export const resultPanels: readonly QueryPanel[] = [
  {
    title: 'Clicks by kind',
    description: 'What the windows of deploy/jobs/clicks.ts give: clicks by kind.',
    unit: 'short',
    labels: ['kind'],
    query: flux({ ...ofWindows, value: 'clicks' }),
  },
  {
    title: 'Spending by kind',
    description: 'What the windows of deploy/jobs/clicks.ts give: the sum of what was spent.',
    unit: 'short',
    labels: ['kind'],
    query: flux({ ...ofWindows, value: 'spend' }),
  },
]

/** How fresh features are, and how they are read: what the feature server tells Prometheus. */
export const featurePanels: readonly QueryPanel[] = [
  {
    title: 'Feature freshness',
    description: 'How old the newest value of the promoted version of each view is.',
    unit: 's',
    labels: ['view'],
    query: 'time() - max by (view) (headrace_feature_newest_seconds{promoted="true"})',
  },
  {
    title: 'Values read, by state',
    description: 'Values a second that readers get: ok, missing, expired or stale.',
    unit: 'short',
    labels: ['view', 'state'],
    query: 'sum by (view, state) (rate(headrace_feature_values_total[$__rate_interval]))',
  },
  {
    title: 'Time of a read, 99 of 100',
    description: 'How long the slowest of a hundred reads of features takes.',
    unit: 's',
    labels: ['view'],
    query:
      'histogram_quantile(0.99, sum by (view, le) (rate(headrace_feature_read_seconds_bucket[$__rate_interval])))',
  },
]

/** The processes of jobs themselves. */
export const processPanels: readonly QueryPanel[] = [
  {
    title: 'Memory',
    description: 'Of each process of a job.',
    unit: 'bytes',
    labels: ['instance'],
    query: 'process_resident_memory_bytes{headrace_job=~"$job"}',
  },
  {
    title: 'Processor',
    description: 'Cores that each process of a job is busy on.',
    unit: 'short',
    labels: ['instance'],
    query: 'rate(process_cpu_seconds_total{headrace_job=~"$job"}[$__rate_interval])',
  },
]
