import type { Row, Stream } from '../../engine/index.ts'
import { string } from '../../engine/index.ts'
import { count, countDistinct, derive, filter, select, sum, tumbling, union } from '../../operators/index.ts'
import type { Click } from '../../schemas/click.ts'
import type { Purchase } from '../../schemas/purchase.ts'

type Activity = Pick<Row<typeof Click>, 'user' | 'item' | 'kind' | 'value'>

/** What users do: purchases, and clicks but for those of bots. */
export function activityOf(
  clicked: Stream<Row<typeof Click>>,
  bought: Stream<Row<typeof Purchase>>,
): Stream<Activity> {
  return union(
    clicked.pipe(
      filter(row => row.kind !== 'bot'),
      select('user', 'item', 'kind', 'value'),
    ),
    bought.pipe(derive({ kind: string(() => 'purchase') }), select('user', 'item', 'kind', 'value')),
  )
}

/** What each user did in ten seconds. The anomaly model is trained with these windows, and scores them. */
export function windowsOf(activity: Stream<Activity>) {
  return activity.pipe(
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
}
