import { double, long, nullable, record, string, timestamp } from '../../engine/batch/schema.ts'
import type { Series } from '../../engine/stores/series.ts'
import { series } from '../../engine/stores/series.ts'
import type { Figures } from './figures.ts'

/** Whose figures they are. */
export interface Origin {
  readonly job: string
  readonly process: string
}

const origin = { time: timestamp(), job: string(), process: string() }

const Inputs = record('headrace_inputs', {
  ...origin,
  input: string(),
  read: long(),
  passed: long(),
  rejected: long(),
  rate: double(),
})

const Steps = record('headrace_steps', {
  ...origin,
  step: string(),
  in: long(),
  out: long(),
  late: long(),
  rejected: long(),
})

const Lookups = record('headrace_lookups', {
  ...origin,
  step: string(),
  asked: long(),
  remembered: long(),
  failed: long(),
  seconds: double(),
})

const Whole = record('headrace_job', {
  ...origin,
  lag: long(),
  watermarkDelayMs: nullable(long()),
  checkpointAgeMs: long(),
  commits: long(),
})

/** The series that figures of jobs go to, whatever the job. Their names and columns are what dashboards ask for. */
export const jobSeries = {
  inputs: series('headrace_inputs', Inputs, {
    tags: ['job', 'process', 'input'],
    time: 'time',
    description: 'records of each input since the process was started; rate: read in a second',
  }),
  steps: series('headrace_steps', Steps, {
    tags: ['job', 'process', 'step'],
    time: 'time',
    description: 'rows of each step since the process was started',
  }),
  lookups: series('headrace_lookups', Lookups, {
    tags: ['job', 'process', 'step'],
    time: 'time',
    description: 'what steps have looked up in stores since the process was started',
  }),
  whole: series('headrace_job', Whole, {
    tags: ['job', 'process'],
    time: 'time',
    description: 'how far a process has come with its part of a job',
  }),
} as const

export interface SeriesRows<T = unknown> {
  readonly series: Series<T>
  readonly rows: readonly T[]
}

export interface Moment {
  readonly figures: Figures
  /** Time of day. */
  readonly time: number
}

/** The points of one moment; the one before tells how fast it goes. */
export function pointsOf({ job, process }: Origin, now: Moment, before: Moment): SeriesRows[] {
  const { figures, time } = now
  const seconds = Math.max(1, time - before.time) / 1000
  const whose = { time, job, process }
  const { lag, watermarkDelayMs, checkpointAgeMs, commits } = figures
  const inputs = Object.entries(figures.inputs).map(([input, counts]) => {
    const rate = (counts.read - (before.figures.inputs[input]?.read ?? 0)) / seconds
    return { ...whose, input, ...counts, rate }
  })
  const steps = Object.entries(figures.steps).map(([step, counts]) => ({ ...whose, step, ...counts }))
  const lookups = Object.entries(figures.lookups).map(([step, counts]) => ({ ...whose, step, ...counts }))
  return [
    { series: jobSeries.inputs, rows: inputs },
    { series: jobSeries.steps, rows: steps },
    { series: jobSeries.lookups, rows: lookups },
    { series: jobSeries.whole, rows: [{ ...whose, lag, watermarkDelayMs, checkpointAgeMs, commits }] },
  ]
}
