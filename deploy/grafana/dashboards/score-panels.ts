import { jobSeries } from '../../../cli/telemetry/job-series.ts'
import {
  boolean,
  double,
  int,
  long,
  nullable,
  record,
  string,
  timestamp,
} from '../../../engine/batch/schema.ts'
import { series } from '../../../engine/stores/series.ts'
import { flux, fluxAlarms, fluxRatio } from './flux.ts'
import type { QueryPanel } from './result-panels.ts'

/** Columns that the series of jobs/clickstream and the queries have in common. */
const Anomalies = record('Anomalies', {
  severity: string(),
  windowEnd: timestamp(),
  windows: long(),
  score: double(),
  modelVersion: int(),
})
const Recommendations = record('Recommendations', {
  shop: string(),
  windowEnd: timestamp(),
  recommendations: long(),
  topScore: double(),
  modelVersion: int(),
})
const Drift = record('Drift', {
  step: string(),
  field: string(),
  test: string(),
  windowEnd: timestamp(),
  statistic: double(),
  threshold: double(),
  pValue: nullable(double()),
  rows: long(),
  alarm: boolean(),
})
const anomalies = series('anomaly_scores', Anomalies, { tags: ['severity'], time: 'windowEnd' })
const recommendations = series('recommendation_scores', Recommendations, {
  tags: ['shop'],
  time: 'windowEnd',
})
const drift = series('drift', Drift, { tags: ['step', 'field', 'test'], time: 'windowEnd' })

const ofAnomalies = { of: anomalies, by: ['severity'], ofJobs: false } as const
const ofRecommendations = { of: recommendations, by: ['shop'], ofJobs: false } as const

/** What models say of the stream, from the series that jobs/clickstream.ts writes. */
export const scorePanels: readonly QueryPanel[] = [
  {
    title: 'Anomalies by severity',
    description:
      'Windows of users with each severity. More than the budget of false alarms: something happens.',
    unit: 'short',
    labels: ['severity'],
    query: flux({ ...ofAnomalies, value: 'windows', window: 'sum', join: 'sum' }),
  },
  {
    title: 'Anomaly score',
    description: 'The mean score of the windows of each severity.',
    unit: 'short',
    labels: ['severity'],
    query: flux({ ...ofAnomalies, value: 'score', window: 'mean', join: 'max' }),
  },
  {
    title: 'Recommendation score',
    description:
      'The mean score of the first item of each recommendation. Falling: the model knows less of what is wanted.',
    unit: 'short',
    labels: ['shop'],
    query: flux({ ...ofRecommendations, value: 'topScore', window: 'mean', join: 'max' }),
  },
  {
    title: 'Recommendations',
    description: 'How many were made.',
    unit: 'short',
    labels: ['shop'],
    query: flux({ ...ofRecommendations, value: 'recommendations', window: 'sum', join: 'sum' }),
  },
]

/** How the columns of the stream compare with their reference. */
export const driftPanels: readonly QueryPanel[] = [
  {
    title: 'Drift',
    description: 'Each statistic as a multiple of its threshold: above 1 there is an alarm.',
    unit: 'short',
    labels: ['step', 'field', 'test'],
    query: fluxRatio({ of: drift, value: 'statistic', to: 'threshold', by: ['step', 'field', 'test'] }),
  },
  {
    title: 'Drift alarms',
    description: 'Tests that raised an alarm, by field.',
    unit: 'short',
    labels: ['step', 'field'],
    query: fluxAlarms({ of: drift, value: 'alarm', by: ['step', 'field'] }),
  },
  {
    title: 'Chance',
    description: 'How likely so large a statistic is where nothing has changed: PSI and KS.',
    unit: 'percentunit',
    labels: ['step', 'field', 'test'],
    query: flux({
      of: drift,
      value: 'pValue',
      window: 'min',
      join: 'min',
      by: ['step', 'field', 'test'],
      ofJobs: false,
    }),
  },
  {
    title: 'Values compared',
    description: 'Values of each field in a stretch; where there are few, only large drifts show.',
    unit: 'short',
    labels: ['step', 'field'],
    query: flux({
      of: drift,
      value: 'rows',
      window: 'max',
      join: 'max',
      by: ['step', 'field'],
      ofJobs: false,
    }),
  },
]

const { scores } = jobSeries
const ofSteps = { of: scores, by: ['job', 'step', 'model'] } as const

/** How models are doing, from what jobs tell of themselves. */
export const modelPanels: readonly QueryPanel[] = [
  modelRate('Rows scored', 'rows', 'Rows a second that each step gets answers for.', 'short'),
  {
    title: 'Serving version',
    description: 'The version of the model that answers. It steps up when a new one takes over.',
    unit: 'short',
    labels: ['job', 'step', 'model'],
    query: flux({ ...ofSteps, value: 'version', window: 'last', join: 'max' }),
  },
  modelRate('Time in models', 'seconds', 'Seconds a second that runs of the model take.', 's'),
  modelRate('Fallbacks', 'fallbacks', 'Rows a second that only the fallback answered.', 'short'),
]

function modelRate(
  title: string,
  value: 'rows' | 'seconds' | 'fallbacks',
  description: string,
  unit: string,
): QueryPanel {
  const query = flux({ ...ofSteps, value, window: 'last', isCounter: true, join: 'sum' })
  return { title, description, unit, labels: ['job', 'step', 'model'], query }
}
