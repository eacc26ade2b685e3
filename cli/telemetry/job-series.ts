import { boolean, double, int, long, nullable, record, string, timestamp } from '../../engine/batch/schema.ts'
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

const Scores = record('headrace_scores', {
  ...origin,
  step: string(),
  model: string(),
  version: int(),
  rows: long(),
  calls: long(),
  seconds: double(),
  failures: long(),
  fallbacks: long(),
  remembered: long(),
  swaps: long(),
  refused: long(),
  breakerOpen: boolean(),
})

const Shadows = record('headrace_shadows', {
  ...origin,
  step: string(),
  model: string(),
  output: string(),
  version: int(),
  rows: long(),
  failures: long(),
  mean: double(),
  max: double(),
  beyond: double(),
})

const Views = record('headrace_views', { ...origin, view: string(), ageMs: long() })

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
  scores: series('headrace_scores', Scores, {
    tags: ['job', 'process', 'step', 'model'],
    time: 'time',
    description:
      'what steps have scored with models since the process was started; version: the one that serves now',
  }),
  shadows: series('headrace_shadows', Shadows, {
    tags: ['job', 'process', 'step', 'model', 'output'],
    time: 'time',
    description: 'how far the answers of a model that scores beside the serving one are from these',
  }),
  views: series('headrace_views', Views, {
    tags: ['job', 'process', 'view'],
    time: 'time',
    description: 'how old the newest event time is that a process has given to a feature view',
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
  const views = Object.entries(figures.newest).map(([view, newest]) => ({
    ...whose,
    view,
    ageMs: Math.round(time - newest),
  }))
  return [
    { series: jobSeries.inputs, rows: inputs },
    { series: jobSeries.steps, rows: steps },
    { series: jobSeries.lookups, rows: lookups },
    { series: jobSeries.views, rows: views },
    ...scorePoints(whose, figures),
    { series: jobSeries.whole, rows: [{ ...whose, lag, watermarkDelayMs, checkpointAgeMs, commits }] },
  ]
}

function scorePoints(whose: Origin & { readonly time: number }, figures: Figures): SeriesRows[] {
  const steps = Object.entries(figures.scores)
  const scores = steps.map(([step, { batchRows, breaker, shadow, ...counts }]) => {
    return { ...whose, step, ...counts, breakerOpen: breaker === 'open' }
  })
  const shadows = steps.flatMap(([step, { model, shadow }]) => {
    if (shadow === null) return []
    const { version, rows, failures, differences } = shadow
    return Object.entries(differences).map(([output, difference]) => {
      return { ...whose, step, model, output, version, rows, failures, ...difference }
    })
  })
  return [
    { series: jobSeries.scores, rows: scores },
    { series: jobSeries.shadows, rows: shadows },
  ]
}
