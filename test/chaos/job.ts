import type { Job, Stream } from '../../engine/index.ts'
import {
  double,
  int,
  job,
  late,
  long,
  nullable,
  record,
  sink,
  source,
  string,
  table,
  timestamp,
  topic,
} from '../../engine/index.ts'
import {
  argMax,
  count,
  countDistinct,
  dedupe,
  filter,
  join,
  last,
  max,
  mean,
  min,
  process,
  quantile,
  repartition,
  select,
  session,
  sliding,
  sum,
  tableJoin,
  tumbling,
} from '../../operators/index.ts'
import { keepClicks, keepItems, keepUsers, keepVisits, PerItem, PerUser, Visit } from './store-sinks.ts'
import { accounts, Click, clicks, orders, PARTITIONS, poison } from './topics.ts'

const window = { user: int(), windowStart: timestamp(), windowEnd: timestamp() }
const streak = { user: int(), length: int(), items: string(), over: timestamp() }
const out = {
  recent: record('Recent', { ...window, least: nullable(double()), most: nullable(double()) }),
  tastes: record('Taste', { ...window, items: long(), best: nullable(int()), middle: nullable(double()) }),
  streaks: record('Streak', streak),
  pairs: record('Pair', { ts: timestamp(), user: int(), value: double(), amount: nullable(double()) }),
  perPair: record('PerPair', { ...window, pairs: long(), amount: nullable(double()) }),
  enriched: record('Enriched', { ts: timestamp(), user: int(), amount: double(), plan: nullable(string()) }),
}

type Clicks = Stream<typeof Click extends { readonly $type?: infer T } ? NonNullable<T> : never>

/**
 * Outputs whose order has to be the same too: one task writes each of their partitions, and reads one input.
 * Of all others the records have to be the same.
 */
export const ordered: readonly string[] = [
  'seen',
  'per-user',
  'late',
  'recent',
  'visits',
  'tastes',
  'first-of-item',
  'streaks',
]

/** Every kind of state there is, over several partitions and stages. Nothing in it depends on the time of day. */
export const chaosJob: Job = job(
  'chaos',
  () => {
    const seen = source('clicks', clicks).pipe(
      filter(row => {
        if (row.kind === poison) throw new Error('poisoned')
        return true
      }),
    )
    seen.pipe(sink('seen-out', topic('seen', Click, { key: 'user' })))
    keepClicks(seen)
    windows(seen)
    functions(seen)
    stages(seen)
    joins()
  },
  { onError: 'reject' },
)

function windows(seen: Clicks): void {
  const perUser = seen.pipe(
    tumbling(
      'per-user',
      { by: 'user', size: '5s' },
      { clicks: count(), spent: sum(row => row.value), average: mean(row => row.value) },
    ),
  )
  perUser.pipe(sink('per-user-out', topic('per-user', PerUser, { key: 'user' })))
  keepUsers(perUser)
  late('per-user', Click).pipe(sink('late-out', topic('late', Click, { key: 'user' })))
  seen.pipe(
    sliding(
      'recent',
      { by: 'user', size: '10s', every: '2s' },
      { least: min(row => row.value), most: max(row => row.value) },
    ),
    sink('recent-out', topic('recent', out.recent, { key: 'user' })),
  )
  const visits = seen.pipe(
    session('visits', { by: 'user', gap: '3s' }, { clicks: count(), end: last('item') }),
  )
  visits.pipe(sink('visits-out', topic('visits', Visit, { key: 'user' })))
  keepVisits(visits)
  seen.pipe(
    tumbling(
      'tastes',
      { by: 'user', size: '20s' },
      {
        items: countDistinct(row => row.item),
        best: argMax('item', 'value'),
        middle: quantile(row => row.value, 0.5),
      },
    ),
    sink('tastes-out', topic('tastes', out.tastes, { key: 'user' })),
  )
}

/** What a user looked at until four seconds had passed without another row. */
function functions(seen: Clicks): void {
  seen.pipe(
    dedupe('first-of-item', { by: ['user', 'item'], within: '4s' }),
    sink('first-of-item-out', topic('first-of-item', Click, { key: 'user' })),
  )
  seen.pipe(
    process(
      'streaks',
      { by: 'user', state: { length: int(), items: string() }, output: streak },
      {
        onRow: (row, context) => {
          context.state.length++
          context.state.items += `${row.item} `
          context.timers.at(context.time + 4000)
        },
        onTimer: ({ time }, context) => {
          const { length, items } = context.state
          context.emit({ user: context.key, length, items, over: time })
          context.clear()
        },
      },
    ),
    sink('streaks-out', topic('streaks', out.streaks, { key: 'user' })),
  )
}

function stages(seen: Clicks): void {
  const perItem = seen.pipe(
    repartition('by-item', { by: 'item', partitions: PARTITIONS + 1 }),
    tumbling('per-item', { by: 'item', size: '5s' }, { clicks: count(), spent: sum(row => row.value) }),
  )
  perItem.pipe(sink('per-item-out', topic('per-item', PerItem, { key: 'item' })))
  keepItems(perItem)
}

function joins(): void {
  const within = { before: '1s', after: '3s' } as const
  const pairs = join('pairs', source('clicks-to-join', clicks), source('orders-to-join', orders), {
    by: 'user',
    within,
    take: ['amount'],
    type: 'left',
  })
  pairs.pipe(
    select('ts', 'user', 'value', 'amount'),
    sink('pairs-out', topic('pairs', out.pairs, { key: 'user' })),
  )
  pairs.pipe(
    tumbling('per-pair', { by: 'user', size: '10s' }, { pairs: count(), amount: sum('amount') }),
    sink('per-pair-out', topic('per-pair', out.perPair, { key: 'user' })),
  )
  tableJoin('enriched', source('orders', orders), table('accounts', accounts), {
    by: 'user',
    take: ['plan'],
    type: 'left',
  }).pipe(
    select('ts', 'user', 'amount', 'plan'),
    sink('enriched-out', topic('enriched', out.enriched, { key: 'user' })),
  )
}
