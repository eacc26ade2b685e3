import type { ValueOf } from '../../engine/batch/schema.ts'
import type { Stream } from '../../engine/index.ts'
import {
  double,
  features,
  int,
  long,
  nullable,
  record,
  series,
  sink,
  string,
  timestamp,
} from '../../engine/index.ts'
import { derive, flatMap, select } from '../../operators/index.ts'
import type { Click } from './topics.ts'

type RowsOf<S> = Stream<ValueOf<S>>

const window = { windowStart: timestamp(), windowEnd: timestamp() }
export const PerUser = record('PerUser', {
  user: int(),
  ...window,
  clicks: long(),
  spent: double(),
  average: nullable(double()),
})
export const Visit = record('Visit', { user: int(), ...window, clicks: long(), end: nullable(int()) })
const perItem = { item: int(), ...window, clicks: long(), spent: double() }
export const PerItem = record('PerItem', perItem)

/** More than these are rejected by the views. */
export const CLICKS_MAX = 5
export const VALUE_MAX = 950
/** A click is looked at so often, all at the same time: the last look counts. */
export const LOOKS = 3

/** Two sinks write to it, each its own fields. */
export const userStats = features('user-stats', {
  entity: 'user',
  fields: {
    clicks: long({ max: CLICKS_MAX }),
    spent: double(),
    average: nullable(double()),
    end: nullable(int()),
  },
})
/** Rows come in the order of the log, which is not that of their times. */
export const lastClick = features('last-click', {
  entity: 'user',
  ttl: '36500d',
  fields: { item: int(), value: double({ max: VALUE_MAX }) },
})
export const lastLook = features('last-look', { entity: 'user', fields: { item: int(), look: int() } })
export const itemStats = features('item-stats', {
  entity: 'item',
  fields: { clicks: long(), spent: double() },
})
export const views = [userStats, lastClick, lastLook, itemStats]

export const traffic = series('traffic', PerUser, { tags: ['user'], time: 'windowEnd' })
const Sales = record('Sales', { ...perItem, shelf: string() })
export const sales = series('sales', Sales, { tags: ['item', 'shelf'], time: 'windowEnd' })
export const allSeries = [traffic, sales]

/** With what has to be escaped in InfluxDB. */
export function shelfOf(item: number): string {
  return `no. ${item % 3}, "left"=\\top`
}

export function keepClicks(clicks: RowsOf<typeof Click>): void {
  clicks.pipe(sink('last-click', lastClick))
  clicks.pipe(
    flatMap({ user: int(), item: int(), look: int() }, ({ user, item }) =>
      Array.from({ length: LOOKS }, (_, look) => ({ user, item, look })),
    ),
    sink('last-look', lastLook),
  )
}

export function keepUsers(perUser: RowsOf<typeof PerUser>): void {
  perUser.pipe(sink('user-stats', userStats))
  perUser.pipe(sink('traffic', traffic))
}

export function keepVisits(visits: RowsOf<typeof Visit>): void {
  visits.pipe(select('user', 'end'), sink('user-ends', userStats))
}

export function keepItems(items: RowsOf<typeof PerItem>): void {
  items.pipe(sink('item-stats', itemStats))
  items.pipe(derive({ shelf: string(row => shelfOf(row.item)) }), sink('sales', sales))
}
