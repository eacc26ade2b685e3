import type { OperatorFunction } from 'rxjs'
import type { Batch, Row, Stream } from '../../engine/index.ts'
import {
  array,
  boolean,
  double,
  nullable,
  oneOf,
  record,
  series,
  sink,
  string,
  timestamp,
  topic,
  vector,
} from '../../engine/index.ts'
import type { DriftTests, Reference } from '../../operators/index.ts'
import { DriftAlarm, DriftStatistic, drift, driftAlarms } from '../../operators/index.ts'

const Click = record('Click', {
  ts: timestamp(),
  spend: nullable(double()),
  kind: oneOf('Kind', ['view', 'buy']),
  page: string(),
  mobile: boolean(),
  tags: array(string()),
  embedding: vector(8),
})
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
declare const clicks: Stream<Row<typeof Click>>
declare function rowsOf<R>(operator: OperatorFunction<Batch<Row<typeof Click>>, Batch<R>>): R
declare function holds<_T extends true>(): void

const first = { first: 1000 }
const statistic = rowsOf(
  drift('watch', { reference: first, fields: ['spend', 'kind', 'page', 'mobile'], every: '5m' }),
)
holds<Same<typeof statistic, DriftStatistic>>()
holds<Same<(typeof statistic)['test'], 'psi' | 'ks' | 'adwin' | 'pageHinkley'>>()
holds<Same<(typeof statistic)['pValue'], number | null>>()
holds<Same<DriftAlarm['severity'], 'low' | 'medium' | 'high' | 'critical'>>()

const found = clicks.pipe(drift('watch', { reference: first, fields: ['spend'], every: { rows: 500 } }))
const stored = series('drift', DriftStatistic, { tags: ['step', 'field', 'test'], time: 'windowEnd' })
found.pipe(sink('series', stored))
found.pipe(driftAlarms(), sink('alarms', topic('alarms', DriftAlarm)))
// @ts-expect-error alarms are not statistics
found.pipe(driftAlarms(), sink('series', stored))
// @ts-expect-error these are no statistics of drift
clicks.pipe(driftAlarms())

// @ts-expect-error there is no such column
clicks.pipe(drift('watch', { reference: first, fields: ['amount'], every: '5m' }))
// @ts-expect-error an array has no distribution
clicks.pipe(drift('watch', { reference: first, fields: ['tags'], every: '5m' }))
// @ts-expect-error nor has a vector
clicks.pipe(drift('watch', { reference: first, fields: ['embedding'], every: '5m' }))
// @ts-expect-error there is no such test
clicks.pipe(drift('watch', { reference: first, fields: ['spend'], tests: { cusum: true }, every: '5m' }))
// @ts-expect-error parameters of Page-Hinkley come together
const incomplete: DriftTests = { pageHinkley: { delta: 1 } }
void incomplete
// @ts-expect-error a stretch has a length
clicks.pipe(drift('watch', { reference: first, fields: ['spend'] }))

/** As TypeScript sees an imported JSON module. */
declare const captured: {
  format: number
  version: string
  rows: number
  from: number
  to: number
  fields: {
    spend: {
      kind: string
      count: number
      mean: number
      deviation: number
      min: number
      max: number
      edges: number[]
      counts: number[]
    }
    page: { kind: string; count: number; categories: string[]; counts: number[] }
  }
}
const asReference: Reference = captured
clicks.pipe(drift('watch', { reference: captured, fields: ['spend', 'page'], every: '5m' }))
void asReference
