import {
  array,
  double,
  float,
  int,
  long,
  oneOf,
  record,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { DriftAlarm, DriftStatistic } from '../../operators/index.ts'
import { Click } from '../../schemas/click.ts'
import { Purchase } from '../../schemas/purchase.ts'
import { UserStats } from '../../schemas/user-stats.ts'
import { severities } from './models.ts'

/** How far behind others an event may come, unless the job is told otherwise. */
export const usualLateness = '2s'

const arrival = { time: 'ts', key: 'user', lateness: usualLateness, idleAfter: '10s' } as const

export const clicks = topic('clicks', Click, arrival)
export const purchases = topic('purchases', Purchase, arrival)

export const perUser = topic('clicks.per-user', UserStats, { key: 'user' })

/** A window of a user that the model finds strange. */
export const AnomalyFound = record('AnomalyFound', {
  user: long(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  score: float(),
  severity: oneOf('Severity', severities),
  moved: string({ description: 'which of the inputs are furthest from usual, and how far' }),
  clicks: long(),
  purchases: long(),
  spend: double(),
  modelVersion: int({ description: '0: a fallback, not the model' }),
})

export const anomalies = topic('clickstream.anomalies', AnomalyFound, { key: 'user' })

/** What to offer to a user who has just bought something. */
export const Recommended = record('Recommended', {
  user: long(),
  ts: timestamp(),
  items: array(int()),
  scores: array(float()),
  modelVersion: int({ description: '0: a fallback, not the model' }),
})

export const recommendations = topic('clickstream.recommendations', Recommended, { key: 'user' })

/** Every statistic, and the alarms that they raise. */
export const driftedStatistics = topic('clickstream.drift', DriftStatistic, { key: 'field' })
export const drifted = topic('clickstream.drift-alarms', DriftAlarm, { key: 'worst' })
