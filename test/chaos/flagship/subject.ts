import {
  anomalyScores,
  driftStatistics,
  offers,
  recommendationScores,
  shopActivity,
  userStats,
} from '../../../jobs/clickstream/stores.ts'
import { anomalies, clicks, perUser, purchases, recommendations } from '../../../jobs/clickstream/topics.ts'
import clickstream from '../../../jobs/clickstream.ts'
import type { Subject } from '../subject.ts'
import { PARTITIONS, ShopInput, USERS } from './shop-input.ts'

const order = new Map([
  [perUser.name, 'key'],
  [anomalies.name, 'key'],
  [recommendations.name, 'partition'],
] as const)

/** The flagship as it is. What comes of two inputs has an order within each key alone, and the rest may have none. */
export const flagship: Subject = {
  job: clickstream,
  module: { module: new URL('../../../jobs/clickstream.ts', import.meta.url).href },
  inputs: [clicks.name, purchases.name],
  partitions: PARTITIONS,
  orderIn: topic => order.get(topic) ?? 'none',
  views: [userStats, offers].map(view => ({ view, entities: USERS })),
  series: [shopActivity, anomalyScores, recommendationScores, driftStatistics],
  input: seed => new ShopInput(seed),
  faultIn: () => undefined,
}
