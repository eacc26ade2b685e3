import { job, sink, source, string } from '../engine/index.ts'
import {
  count,
  countDistinct,
  derive,
  exactSum,
  filter,
  repartition,
  select,
  sliding,
  sum,
  tumbling,
  union,
} from '../operators/index.ts'
import { shopActivity, userStats } from './clickstream/stores.ts'
import { clicks, perUser, purchases } from './clickstream/topics.ts'

/**
 * Clicks and purchases of a shop: what each user did last, for whoever asks; windows that are strange; what to offer
 * after a purchase; and whether all that is still as it was when the models were trained.
 */
export default job('clickstream', () => {
  const bought = source('purchases', purchases)
  const activity = union(
    source('clicks', clicks).pipe(
      filter(row => row.kind !== 'bot'),
      select('user', 'item', 'kind', 'value'),
    ),
    bought.pipe(derive({ kind: string(() => 'purchase') }), select('user', 'item', 'kind', 'value')),
  )

  const windows = activity.pipe(
    tumbling(
      'per-user',
      { by: 'user', size: '10s' },
      {
        clicks: count(row => (row.kind === 'purchase' ? null : 1)),
        carts: count(row => (row.kind === 'cart' ? 1 : null)),
        purchases: count(row => (row.kind === 'purchase' ? 1 : null)),
        spend: sum(row => (row.kind === 'purchase' ? row.value : null)),
        items: countDistinct('item'),
      },
    ),
  )
  windows.pipe(sink('per-user-out', perUser))
  windows.pipe(
    select({ user: 'user', clicks_10s: 'clicks', spend_10s: 'spend' }),
    sink('user-now', userStats),
  )

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

  const shop = windows.pipe(repartition('shop', { by: () => 0, partitions: 1 }))
  shop.pipe(
    derive({ shop: string(() => 'all') }),
    tumbling(
      'shop-activity',
      { by: 'shop', size: '10s' },
      {
        users: count(),
        clicks: exactSum('clicks'),
        purchases: exactSum('purchases'),
        spend: exactSum('spend'),
      },
    ),
    sink('shop-activity-out', shopActivity),
  )
})
