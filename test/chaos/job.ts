import type { Job } from '../../engine/index.ts'
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
  timestamp,
  topic,
} from '../../engine/index.ts'
import {
  count,
  filter,
  max,
  mean,
  min,
  repartition,
  session,
  sliding,
  sum,
  tumbling,
} from '../../operators/index.ts'
import { Click, clicks, PARTITIONS, poison } from './topics.ts'

const window = { windowStart: timestamp(), windowEnd: timestamp() }

const Stats = record('Stats', {
  user: int(),
  ...window,
  clicks: long(),
  spent: double(),
  least: double(),
  most: double(),
  average: nullable(double()),
})
const Recent = record('Recent', { user: int(), ...window, clicks: long(), most: double() })
const Visit = record('Visit', { user: int(), ...window, clicks: long(), spent: double() })
const ItemStats = record('ItemStats', { item: int(), ...window, clicks: long(), spent: double() })

/**
 * Outputs whose order has to be the same too: one task writes each of their partitions, and reads one input.
 * Of all others the records have to be the same.
 */
export const ordered: readonly string[] = ['per-user', 'late', 'recent', 'visits']

/** Every kind of state there is, over several partitions and stages. Nothing in it depends on the time of day. */
export const chaosJob: Job = job('chaos', buildJob, { onError: 'reject' })

function buildJob(): void {
  const seen = source('clicks', clicks).pipe(
    filter(row => {
      if (row.kind === poison) throw new Error('poisoned')
      return true
    }),
  )
  seen.pipe(
    tumbling(
      'per-user',
      { by: 'user', size: '5s' },
      {
        clicks: count(),
        spent: sum(row => row.value),
        least: min(row => row.value),
        most: max(row => row.value),
        average: mean(row => row.value),
      },
    ),
    sink('per-user-out', topic('per-user', Stats, { key: 'user' })),
  )
  late('per-user', Click).pipe(sink('late-out', topic('late', Click, { key: 'user' })))
  seen.pipe(
    sliding(
      'recent',
      { by: 'user', size: '10s', every: '2s' },
      { clicks: count(), most: max(row => row.value) },
    ),
    sink('recent-out', topic('recent', Recent, { key: 'user' })),
  )
  seen.pipe(
    session('visits', { by: 'user', gap: '3s' }, { clicks: count(), spent: sum(row => row.value) }),
    sink('visits-out', topic('visits', Visit, { key: 'user' })),
  )
  seen.pipe(
    repartition('by-item', { by: 'item', partitions: PARTITIONS - 1 }),
    tumbling('per-item', { by: 'item', size: '5s' }, { clicks: count(), spent: sum(row => row.value) }),
    sink('per-item-out', topic('per-item', ItemStats, { key: 'item' })),
  )
}
