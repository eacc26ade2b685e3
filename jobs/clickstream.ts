import { job, oneOf, param, sink, source, string } from '../engine/index.ts'
import { count, derive, filter, repartition, score, select, sliding, sum } from '../operators/index.ts'
import { activityOf, windowsOf } from './clickstream/activity.ts'
import { Anomaly, noAnomaly, severities } from './clickstream/models.ts'
import { movedMost } from './clickstream/moved.ts'
import { offersTo } from './clickstream/offer.ts'
import { withRecentItems } from './clickstream/recent-items.ts'
import { watchOffers, watchWindows } from './clickstream/shop-wide.ts'
import { anomalyPoints, offers, userStats } from './clickstream/stores.ts'
import {
  anomalies,
  clicks,
  perUser,
  purchases,
  recommendations,
  usualLateness,
} from './clickstream/topics.ts'

/**
 * Clicks and purchases of a shop: what each user did last, for whoever asks; windows that are strange; what to offer
 * after a purchase; and whether all that is still as it was when the models were trained.
 */
export default job('clickstream', () => {
  const lateness = param('lateness', usualLateness)
  const leastSeverity = severities.indexOf(param('severity', 'low', { oneOf: severities.slice(1) }))

  const bought = source('purchases', purchases, { lateness })
  const activity = activityOf(source('clicks', clicks, { lateness }), bought)

  const windows = windowsOf(activity).pipe(score('anomaly', Anomaly, { fallback: noAnomaly }))
  windows.pipe(sink('per-user-out', perUser))
  windows.pipe(
    select({ user: 'user', clicks_10s: 'clicks', spend_10s: 'spend', anomaly: 'score' }),
    sink('user-now', userStats),
  )
  const strange = windows.pipe(
    filter(row => row.severity >= leastSeverity),
    derive({
      moved: string(row => movedMost(row.deviations)),
      severity: oneOf('Severity', severities, row => severities[row.severity]),
    }),
  )
  strange.pipe(sink('anomalies-out', anomalies))
  strange.pipe(sink('anomaly-points', anomalyPoints))

  activity.pipe(
    sliding(
      'last-minute',
      { by: 'user', size: '60s', every: '10s' },
      {
        clicks_1m: count(row => (row.kind === 'purchase' ? null : 1)),
        purchases_1m: count(row => (row.kind === 'purchase' ? 1 : null)),
        spend_1m: sum(row => (row.kind === 'purchase' ? row.value : null)),
      },
    ),
    sink('user-minute', userStats),
  )

  const offered = offersTo(withRecentItems(bought))
  offered.pipe(sink('recommendations-out', recommendations))
  offered.pipe(select({ user: 'user', items: 'offered' }), sink('user-offers', offers))

  // Columns that nobody reads are not written to the topic between the stages.
  watchWindows(
    windows.pipe(
      select('clicks', 'purchases', 'spend', 'items', 'score', 'severity', 'modelVersion'),
      repartition('shop-windows', { by: () => 0, partitions: 1 }),
    ),
  )
  watchOffers(
    offered.pipe(
      select('topScore', 'modelVersion'),
      repartition('shop-offers', { by: () => 0, partitions: 1 }),
    ),
  )
})
