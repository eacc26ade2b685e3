import type { Job } from '../../engine/index.ts'
import {
  double,
  features,
  job,
  long,
  record,
  sink,
  source,
  string,
  table,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { count, filter, repartition, session, sum, tableJoin, tumbling } from '../../operators/index.ts'

/** Jobs with topics of their own, for brokers that others use too; worker threads load them from here. */
export interface Click {
  at: number
  user: string
  item: number
  value: number
}

export const ClickRecord = record('Click', { at: timestamp(), user: string(), item: long(), value: long() })
const NameRecord = record('Name', { user: string(), at: timestamp(), name: string() })
const bounds = { windowStart: timestamp(), windowEnd: timestamp() }
const aggregates = { n: count<Click>(), total: sum((row: Click) => row.value) }
const ByUser = record('ByUser', { user: string(), ...bounds, n: long(), total: double() })
const ByItem = record('ByItem', { item: long(), ...bounds, n: long(), total: double() })
const Named = record('Named', { at: timestamp(), user: string(), value: long(), name: string() })

export const clicksOf = (prefix: string) =>
  topic(`${prefix}.clicks`, ClickRecord, { time: 'at', lateness: 20, key: 'user' })
export const namesOf = (prefix: string) =>
  topic(`${prefix}.names`, NameRecord, { fromKey: 'user', time: 'at', lateness: 0, key: 'user' })

const read = (prefix: string) => source('clicks', clicksOf(prefix))

export const windows = (prefix: string): Job =>
  job(`${prefix}.windows`, () => {
    read(prefix).pipe(
      tumbling('step', { by: 'user', size: 50 }, aggregates),
      sink('out', topic(`${prefix}.out`, ByUser, { key: 'user' })),
    )
  })

/** The newest window of each user is kept too. */
export const userTotals = features('user-totals', { entity: 'user', fields: { n: long(), total: double() } })
export const kept = (prefix: string): Job =>
  job(`${prefix}.kept`, () => {
    const totals = read(prefix).pipe(tumbling('step', { by: 'user', size: 50 }, aggregates))
    totals.pipe(sink('out', topic(`${prefix}.out`, ByUser, { key: 'user' })))
    totals.pipe(sink('user-totals', userTotals))
  })

export const sessions = (prefix: string): Job =>
  job(`${prefix}.sessions`, () => {
    read(prefix).pipe(
      session('step', { by: 'user', gap: 15 }, aggregates),
      sink('out', topic(`${prefix}.out`, ByUser, { key: 'user' })),
    )
  })

export const named = (prefix: string): Job =>
  job(`${prefix}.named`, () => {
    tableJoin('step', read(prefix), table('names', namesOf(prefix)), { by: 'user', take: ['name'] }).pipe(
      sink('out', topic(`${prefix}.out`, Named, { key: 'user' })),
    )
  })

export const moved = (prefix: string): Job =>
  job(`${prefix}.moved`, () => {
    read(prefix).pipe(
      repartition('by-item', { by: 'item', partitions: 3 }),
      tumbling('step', { by: 'item', size: 50 }, aggregates),
      sink('out', topic(`${prefix}.out`, ByItem, { key: 'item' })),
    )
  })

/** Keeps no state. */
export const passed = (prefix: string): Job =>
  job(`${prefix}.passed`, () => {
    read(prefix).pipe(
      filter(row => row.value >= 0),
      sink('out', topic(`${prefix}.out`, ClickRecord, { key: 'user' })),
    )
  })
