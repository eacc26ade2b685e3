import type { Row } from '../engine/batch/schema.ts'
import { double, long, record, timestamp } from '../engine/batch/schema.ts'
import type { Job } from '../engine/job.ts'
import { job, sink, source } from '../engine/job.ts'
import type { Topic } from '../engine/topic.ts'
import { topic } from '../engine/topic.ts'
import { count, filter, max, min, sum, tumbling } from '../operators/index.ts'
import { T0 } from './events.ts'

const Spending = record('Spending', { ts: timestamp(), user: long(), value: double() })
export type Spending = Row<typeof Spending>
const PerUser = record('PerUser', { user: long(), count: long() })

export function spendingTopic(name: string): Topic<Spending> {
  return topic(name, Spending, { time: 'ts', lateness: '0s', format: 'avro' })
}

const HOUR = 3_600_000
/** All rows are of one window. */
export const ROWS_TIME = Math.ceil(T0 / HOUR) * HOUR
export const WINDOW_END = ROWS_TIME + HOUR

/** What came out of the window: enough to tell whether every key is there with its values. */
export interface Seen {
  keys: number
  count: number
  sum: number
  min: number
  max: number
}

export function nothingSeen(): Seen {
  return { keys: 0, count: 0, sum: 0, min: 0, max: 0 }
}

export const stateNames = { job: 'bench-state', input: 'spending', out: 'per-user' }

/** A window of four aggregates for each key, whose results are looked at and not written. */
export function stateJob(seen: Seen, names = stateNames): Job {
  return job(names.job, () => {
    source('spending', spendingTopic(names.input)).pipe(
      tumbling(
        'per-user',
        { by: 'user', size: '1h' },
        {
          count: count(),
          sum: sum(row => row.value),
          min: min(row => row.value),
          max: max(row => row.value),
        },
      ),
      filter(row => {
        seen.keys++
        seen.count += row.count
        seen.sum += row.sum
        seen.min += row.min ?? Number.NaN
        seen.max += row.max ?? Number.NaN
        return false
      }),
      sink('out', topic(names.out, PerUser)),
    )
  })
}
