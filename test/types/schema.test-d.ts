import type { Rejected, Row, rejected, Stream } from '../../engine/index.ts'
import {
  array,
  bigint,
  boolean,
  bytes,
  decimal,
  double,
  float,
  int,
  late,
  long,
  nullable,
  oneOf,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
  vector,
} from '../../engine/index.ts'

/*
 * Compiled, never run: the rows that schemas describe, and what topics, sources and sinks refuse.
 */
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
declare function same<A, B>(equal: Same<A, B>): void

const Address = record('Address', { city: string(), zip: nullable(string()) })
const Everything = record('Everything', {
  flag: boolean(),
  count: int(),
  id: long(),
  exact: bigint(),
  ratio: float(),
  value: double(),
  name: string(),
  raw: bytes(),
  at: timestamp(),
  price: decimal(9, 2),
  kind: oneOf('Kind', ['view', 'buy']),
  embedding: vector(8),
  tags: array(string()),
  homes: array(Address),
  home: Address,
  former: nullable(Address),
})

export function rows(): void {
  type Home = { readonly city: string; readonly zip: string | null }
  same<Row<typeof Address>, Home>(true)
  type All = Row<typeof Everything>
  same<All['flag'], boolean>(true)
  same<All['count'] | All['id'] | All['ratio'] | All['value'] | All['at'], number>(true)
  same<All['exact'], bigint>(true)
  same<All['name'] | All['price'], string>(true)
  same<All['kind'], 'view' | 'buy'>(true)
  same<All['embedding'], Float32Array>(true)
  same<All['tags'], readonly string[]>(true)
  same<All['home']['zip'], string | null>(true)
  same<All['homes'][number]['city'], string>(true)
  same<null extends All['former'] ? true : false, true>(true)
  // @ts-expect-error a nullable field is not just its value
  same<Home['zip'], string>(true)
}

const Click = record('Click', { at: timestamp(), user: long(), name: nullable(string()) })
const clicks = topic('clicks', Click, { time: 'at', lateness: '2s', key: row => row.user })

export function topics(): void {
  topic('clicks', Click)
  // @ts-expect-error a topic with event time says its lateness
  topic('clicks', Click, { time: 'at' })
  // @ts-expect-error there is no such column
  topic('clicks', Click, { time: 'when', lateness: 0 })
  // @ts-expect-error there is no such column
  topic('clicks', Click, { key: 'id' })
  // @ts-expect-error there is no such column
  topic('clicks', Click, { time: row => row.when, lateness: 0 })
  // @ts-expect-error event time is a number
  topic('clicks', Click, { time: row => row.name, lateness: 0 })
  // @ts-expect-error no unit is called that
  topic('clicks', Click, { time: 'at', lateness: '2 sec' })
}

export function sinks(): void {
  const rows = source('in', clicks)
  same<typeof rows, Stream<Row<typeof Click>>>(true)
  rows.pipe(sink('out', clicks))
  rows.pipe(sink('fewer', topic('fewer', record('Fewer', { user: long() }))))
  rows.pipe(sink('wider', topic('wider', record('Wider', { user: nullable(double()) }))))
  // @ts-expect-error the stream has no such column
  rows.pipe(sink('more', topic('more', record('More', { user: long(), more: long() }))))
  // @ts-expect-error the column is of another type
  rows.pipe(sink('other', topic('other', record('Other', { user: string() }))))
  // @ts-expect-error the column may be null
  rows.pipe(sink('sure', topic('sure', record('Sure', { name: string() }))))
}

export function sides(): void {
  const rows = source('in', clicks)
  same<ReturnType<typeof lateOf>, Stream<Row<typeof Click>>>(true)
  const lateOf = () => late('windows', rows)
  same<ReturnType<typeof rejected>, Stream<Rejected>>(true)
}
