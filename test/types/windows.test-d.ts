import type { OperatorFunction } from 'rxjs'
import type { Batch, Row } from '../../engine/index.ts'
import { array, double, long, nullable, record, string, timestamp } from '../../engine/index.ts'
import {
  aggregate,
  argMax,
  collect,
  count,
  countWindow,
  first,
  last,
  max,
  mean,
  min,
  quantile,
  sliding,
  sum,
  topK,
  tumbling,
} from '../../operators/index.ts'

const Click = record('Click', {
  ts: timestamp(),
  user: long(),
  page: string(),
  value: double(),
  rating: nullable(double()),
})
type Click = Row<typeof Click>
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
type Flat<T> = { [K in keyof T]: T[K] }

/** Gives the operator its input, as a pipe does, and takes its row type out. */
declare function rowsOf<R>(operator: OperatorFunction<Batch<Click>, Batch<R>>): Flat<R>
declare function holds<_T extends true>(): void

const stats = rowsOf(
  tumbling(
    'stats',
    { by: ['user', 'page'], size: '10s' },
    {
      n: count(),
      total: sum(row => row.value),
      least: min('rating'),
      most: max('value'),
      average: mean('rating'),
      page1: first('page'),
      rated: last('rating'),
      best: argMax('page', 'value'),
      bestRated: argMax('page', 'rating'),
      median: quantile('value', 0.5),
      quartiles: quantile('rating', [0.25, 0.75]),
      pages: collect('page', { limit: 3 }),
      top: topK('page', 3),
    },
  ),
)
interface Expected {
  readonly user: number
  readonly page: string
  readonly windowStart: number
  readonly windowEnd: number
  readonly n: number
  readonly total: number
  readonly least: number | null
  readonly most: number
  readonly average: number | null
  readonly page1: string
  readonly rated: number | null
  readonly best: string
  readonly bestRated: string | null
  readonly median: number
  readonly quartiles: readonly number[] | null
  readonly pages: readonly string[]
  readonly top: readonly { readonly value: string; readonly count: number; readonly error: number }[]
}
const asExpected: Expected = stats
const back: typeof stats = asExpected
void back

const early = rowsOf(
  sliding('early', { by: 'user', size: '1m', every: '5s', emit: { every: '1s' } }, { n: count() }),
)
holds<Same<(typeof early)['final'], boolean>>()

const quiet = rowsOf(sliding('quiet', { by: 'user', size: '1m', every: '5s', emit: 'final' }, { n: count() }))
// @ts-expect-error: final results only, so that there is no such column
void quiet.final

const byRows = rowsOf(countWindow('rows', { by: 'user', size: 100 }, { n: count() }))
holds<Same<(typeof byRows)['windowStart'], number>>()

const own = rowsOf(
  tumbling(
    'own',
    { by: 'user', size: '10s' },
    {
      range: aggregate({
        name: 'range',
        of: row => row.rating,
        init: () => ({ low: 0, high: 0 }),
        add: (state, value) => ({ low: Math.min(state.low, value), high: Math.max(state.high, value) }),
        merge: (a, b) => ({ low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) }),
        result: ({ low, high }) => [low, high],
        field: array(double()),
      }),
    },
  ),
)
const range: readonly number[] = own.range
void range

// @ts-expect-error: no such column
rowsOf(tumbling('a', { by: 'nobody', size: '10s' }, { n: count() }))
// @ts-expect-error: no such column
rowsOf(tumbling('b', { by: 'user', size: '10s' }, { least: min('nothing') }))
// @ts-expect-error: no such field of a row
rowsOf(tumbling('c', { by: 'user', size: '10s' }, { total: sum(row => row.nothing) }))
// @ts-expect-error: a lambda that gives strings needs a field beside it
rowsOf(tumbling('d', { by: 'user', size: '10s' }, { page: first(row => row.page) }))
// @ts-expect-error: durations have units
rowsOf(tumbling('e', { by: 'user', size: '10 seconds' }, { n: count() }))
