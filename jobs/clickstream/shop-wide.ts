import type { Stream } from '../../engine/index.ts'
import { double, oneOf, sink, string } from '../../engine/index.ts'
import {
  count,
  derive,
  drift,
  driftAlarms,
  exactSum,
  max,
  select,
  tumbling,
  union,
} from '../../operators/index.ts'
import { severities } from './models.ts'
import { anomalyScores, driftStatistics, recommendationScores, shopActivity } from './stores.ts'
import { drifted, driftedStatistics } from './topics.ts'
import usersReference from './users.reference.json' with { type: 'json' }

const window = '10s'

interface UserWindow {
  readonly clicks: number
  readonly purchases: number
  readonly spend: number
  readonly items: number
  readonly score: number
  readonly severity: number
  readonly modelVersion: number
}

/** All users' windows together: what the shop did, how strange it was, and whether it is as it used to be. */
export function watchWindows(windows: Stream<UserWindow>): void {
  const activity = windows.pipe(
    derive({ shop: string(() => 'all') }),
    tumbling(
      'shop-activity',
      { by: 'shop', size: window },
      {
        users: count(),
        clicks: exactSum('clicks'),
        purchases: exactSum('purchases'),
        spend: exactSum('spend'),
      },
    ),
  )
  activity.pipe(sink('shop-activity-out', shopActivity))

  windows.pipe(
    derive({ severity: oneOf('Severity', severities, row => severities[row.severity]) }),
    tumbling(
      'anomaly-scores',
      { by: 'severity', size: window },
      {
        windows: count(),
        total: exactSum('score'),
        highest: max('score'),
        modelVersion: max('modelVersion'),
      },
    ),
    derive({ score: double(row => row.total / row.windows) }),
    sink('anomaly-scores-out', anomalyScores),
  )

  const statistics = union(
    windows.pipe(
      drift('users', {
        reference: usersReference,
        fields: ['clicks', 'spend', 'items', 'score'],
        tests: { psi: { atLeast: 0.05 }, ks: { atLeast: 0.05 } },
        every: '30s',
      }),
    ),
    activity.pipe(
      drift('shop', {
        reference: { first: 30 },
        fields: ['users', 'clicks', 'spend'],
        tests: { adwin: true, pageHinkley: true },
        every: '30s',
      }),
    ),
  )
  statistics.pipe(sink('drift-out', driftedStatistics))
  statistics.pipe(sink('drift-series', driftStatistics))
  statistics.pipe(driftAlarms(), sink('drift-alarms-out', drifted))
}

interface Offer {
  readonly topScore: number
  readonly modelVersion: number
}

/** All offers together. */
export function watchOffers(offers: Stream<Offer>): void {
  offers.pipe(
    derive({ shop: string(() => 'all') }),
    tumbling(
      'recommendation-scores',
      { by: 'shop', size: window },
      { recommendations: count(), total: exactSum('topScore'), modelVersion: max('modelVersion') },
    ),
    derive({ topScore: double(row => row.total / row.recommendations) }),
    select('shop', 'windowEnd', 'recommendations', 'topScore', 'modelVersion'),
    sink('recommendation-scores-out', recommendationScores),
  )
}
