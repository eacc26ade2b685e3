import { isMainThread } from 'node:worker_threads'
import type { Job } from '../../engine/index.ts'
import {
  double,
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

/** Jobs that worker threads load by name from this module, as the main thread does. */
export const Click = record('Click', { at: timestamp(), user: string(), item: long(), value: long() })
export type AnyClick = { at: number; user: string; item: number; value: number }
export const clicks = topic('clicks', Click, { time: 'at', lateness: 20, key: 'user' })
export const Name = record('Name', { user: string(), at: timestamp(), name: string() })
export const names = topic('names', Name, { fromKey: 'user', time: 'at', lateness: 0, key: 'user' })

const bounds = { windowStart: timestamp(), windowEnd: timestamp() }
const aggregates = { n: count<AnyClick>(), total: sum((row: AnyClick) => row.value) }
const Totals = record('Totals', { user: string(), ...bounds, n: long(), total: double() })
const ByItem = record('ByItem', { item: long(), ...bounds, n: long(), total: double() })
const Named = record('Named', { at: timestamp(), user: string(), value: long(), name: string() })

const out = topic('out', Totals, { key: 'user' })
const read = () => source('clicks', clicks)

export const tumblingJob = (): Job =>
  job('windows', () => {
    read().pipe(tumbling('step', { by: 'user', size: 50 }, aggregates), sink('out-sink', out))
  })

export const sessionJob = (): Job =>
  job('sessions', () => {
    read().pipe(session('step', { by: 'user', gap: 15 }, aggregates), sink('out-sink', out))
  })

export const tableJob = (): Job =>
  job('named', () => {
    const joined = tableJoin('step', read(), table('names', names), { by: 'user', take: ['name'] })
    joined.pipe(sink('out-sink', topic('out', Named, { key: 'user' })))
  })

export const repartitionJob = (): Job =>
  job('by-item', () => {
    read().pipe(
      repartition('moved', { by: 'item', partitions: 3 }),
      tumbling('step', { by: 'item', size: 50 }, aggregates),
      sink('out-sink', topic('out', ByItem, { key: 'item' })),
    )
  })

/** Throws at the rows with this value, or ends its thread. */
export const failingJob = (value: number, how: 'throw' | 'exit'): Job =>
  job('failing', () => {
    read().pipe(
      filter(row => {
        if (row.value === value && how === 'throw') throw new RangeError(`${row.value} is not wanted`)
        if (row.value === value && !isMainThread) process.exit(7)
        return true
      }),
      sink('out-sink', topic('out', Click, { key: 'user' })),
    )
  })
