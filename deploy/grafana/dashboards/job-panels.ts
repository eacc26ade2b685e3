import { jobSeries } from '../../../cli/telemetry/job-series.ts'
import { flux } from './flux.ts'

/** One graph, in the languages of both data sources. */
export interface JobPanel {
  readonly title: string
  readonly description: string
  readonly unit: string
  /** What names a line: label by data source. */
  readonly labels: readonly string[]
  readonly flux: string
  readonly promql: string
}

const { inputs, steps, views, whole } = jobSeries
const chosen = 'headrace_job=~"$job"'
const byJob = 'by (headrace_job)'

export const overview: readonly JobPanel[] = [
  {
    title: 'Records a second',
    description: 'What is read of each input.',
    unit: 'short',
    labels: ['job', 'input'],
    flux: flux({ of: inputs, value: 'rate', window: 'mean', join: 'sum', by: ['job', 'input'] }),
    promql: `sum by (headrace_job, input) (rate(headrace_input_read_total{${chosen}}[$__rate_interval]))`,
  },
  {
    title: 'Lag',
    description:
      'Records that are there and not yet read. Growing for long: the job is too slow for its inputs.',
    unit: 'short',
    labels: ['job'],
    flux: flux({ of: whole, value: 'lag', window: 'max', join: 'sum', by: ['job'] }),
    promql: `sum ${byJob} (headrace_lag_records{${chosen}})`,
  },
  {
    title: 'Watermark delay',
    description: 'How far event time is behind the time of day: results of windows are at least so old.',
    unit: 'ms',
    labels: ['job'],
    flux: flux({ of: whole, value: 'watermarkDelayMs', window: 'max', join: 'max', by: ['job'] }),
    promql: `1000 * max ${byJob} (headrace_watermark_delay_seconds{${chosen}})`,
  },
  {
    title: 'Checkpoint age',
    description:
      'Time since the last commit. With nothing to read it grows, and that is well; with lag it is not.',
    unit: 'ms',
    labels: ['job'],
    flux: flux({ of: whole, value: 'checkpointAgeMs', window: 'max', join: 'max', by: ['job'] }),
    promql: `1000 * max ${byJob} (headrace_checkpoint_age_seconds{${chosen}})`,
  },
]

/** How fresh features are, as the jobs know that write them. */
export const freshness: JobPanel = {
  title: 'Age of what is written to views',
  description: 'How old the newest value is that jobs have given to each feature view.',
  unit: 'ms',
  labels: ['job', 'view'],
  flux: flux({ of: views, value: 'ageMs', window: 'last', join: 'min', by: ['job', 'view'] }),
  promql: `1000 * (time() - max by (headrace_job, view) (headrace_view_newest_seconds{${chosen}}))`,
}

export const stepPanels: readonly JobPanel[] = [
  stepRate('Rows into steps', 'in', 'Rows that each step and sink takes in a second.'),
  stepRate('Rows out of steps', 'out', 'Rows that each step gives on, and each sink writes, in a second.'),
  stepRate(
    'Late',
    'late',
    'Rows a second that came after their window had closed: `lateness` is too short for them.',
  ),
  stepRate(
    'Rejected by steps',
    'rejected',
    'Rows a second that a step or sink rejects; the dead letters say why.',
  ),
  {
    title: 'Rejected inputs',
    description: 'Records a second that cannot be decoded or dated; the dead letters say why.',
    unit: 'short',
    labels: ['job', 'input'],
    flux: flux({
      of: inputs,
      value: 'rejected',
      window: 'last',
      isCounter: true,
      join: 'sum',
      by: ['job', 'input'],
    }),
    promql: `sum by (headrace_job, input) (rate(headrace_input_rejected_total{${chosen}}[$__rate_interval]))`,
  },
  {
    title: 'Commits a second',
    description: 'Over all processes.',
    unit: 'short',
    labels: ['job'],
    flux: flux({ of: whole, value: 'commits', window: 'last', isCounter: true, join: 'sum', by: ['job'] }),
    promql: `sum ${byJob} (rate(headrace_commits_total{${chosen}}[$__rate_interval]))`,
  },
]

function stepRate(title: string, count: 'in' | 'out' | 'late' | 'rejected', description: string): JobPanel {
  return {
    title,
    description,
    unit: 'short',
    labels: ['job', 'step'],
    flux: flux({
      of: steps,
      value: count,
      window: 'last',
      isCounter: true,
      join: 'sum',
      by: ['job', 'step'],
    }),
    promql: `sum by (headrace_job, step) (rate(headrace_step_${count}_total{${chosen}}[$__rate_interval]))`,
  }
}
