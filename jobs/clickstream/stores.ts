import {
  boolean,
  double,
  features,
  float,
  int,
  long,
  nullable,
  oneOf,
  record,
  series,
  string,
  timestamp,
  vector,
} from '../../engine/index.ts'
import { driftTests } from '../../operators/index.ts'
import { severities } from './models.ts'

/** How many items are offered. */
export const offeredItems = 10

/** What is known of a user, for whoever asks. */
export const userStats = features('user-stats', {
  entity: 'user',
  ttl: '7d',
  description: 'what a user did last',
  fields: {
    clicks_10s: long({ description: 'views and carts in a window of ten seconds', owner: 'growth', min: 0 }),
    spend_10s: double({ description: 'paid in a window of ten seconds', owner: 'growth', min: 0 }),
    clicks_1m: long({ description: 'views and carts in a minute', owner: 'growth', min: 0 }),
    purchases_1m: long({ description: 'purchases in a minute', owner: 'growth', min: 0 }),
    spend_1m: double({ description: 'paid in a minute', owner: 'growth', min: 0 }),
    anomaly: float({ description: 'how strange the last window was', owner: 'risk', min: 0, max: 1 }),
  },
})

export const offers = features('offers', {
  entity: 'user',
  ttl: '1d',
  description: 'items to offer to a user, best first',
  fields: { items: vector(offeredItems, { description: '-1 where there are fewer', owner: 'growth' }) },
})

const ShopActivity = record('ShopActivity', {
  shop: string(),
  windowEnd: timestamp(),
  users: long(),
  clicks: double(),
  purchases: double(),
  spend: double(),
})

export const shopActivity = series('shop_activity', ShopActivity, {
  tags: ['shop'],
  time: 'windowEnd',
  description: 'all users together, in windows of ten seconds',
})

const AnomalyPoint = record('AnomalyPoint', {
  severity: oneOf('Severity', severities),
  user: long(),
  windowEnd: timestamp(),
  score: float(),
  clicks: long(),
  purchases: long(),
  spend: double(),
  modelVersion: int(),
})

export const anomalyPoints = series('anomalies', AnomalyPoint, {
  tags: ['severity', 'user'],
  time: 'windowEnd',
  description: 'windows of users that are strange',
})

const AnomalyScores = record('AnomalyScores', {
  severity: oneOf('Severity', severities),
  windowEnd: timestamp(),
  windows: long({ description: 'windows of users with this severity' }),
  score: double({ description: 'their mean score' }),
  highest: float(),
  modelVersion: int(),
})

export const anomalyScores = series('anomaly_scores', AnomalyScores, {
  tags: ['severity'],
  time: 'windowEnd',
})

const RecommendationScores = record('RecommendationScores', {
  shop: string(),
  windowEnd: timestamp(),
  recommendations: long(),
  topScore: double({ description: 'mean score of the first item' }),
  modelVersion: int(),
})

export const recommendationScores = series('recommendation_scores', RecommendationScores, {
  tags: ['shop'],
  time: 'windowEnd',
})

const Drift = record('Drift', {
  step: string(),
  field: string(),
  test: oneOf('DriftTest', driftTests),
  windowEnd: timestamp(),
  statistic: double(),
  threshold: double(),
  pValue: nullable(double()),
  rows: long(),
  alarm: boolean(),
})

export const driftStatistics = series('drift', Drift, { tags: ['step', 'field', 'test'], time: 'windowEnd' })
