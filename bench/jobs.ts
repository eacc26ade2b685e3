import type { Job } from '../engine/job.ts'
import { job, sink, source, table } from '../engine/job.ts'
import type { Topic } from '../engine/topic.ts'
import { topic } from '../engine/topic.ts'
import {
  count,
  filter,
  max,
  min,
  select,
  session,
  sliding,
  sum,
  tableJoin,
  tumbling,
} from '../operators/index.ts'
import type { Encoding, Workload } from './topics.ts'
import { eventTopic, Joined, Projected, Sessions, tableTopic, Windowed } from './topics.ts'

/** The workloads as a user would write them. */
export function workloadJob(
  workload: Workload,
  encoding: Encoding,
  events: number,
  keys: number,
  out: string,
): Job {
  const input = eventTopic(encoding, events, keys)
  const write = <T extends { readonly user: number }>(schema: Topic<T>['schema']) =>
    sink('out', topic(out, schema, { key: 'user' as keyof T & string, format: encoding }))
  const aggregates = {
    count: count<{ value: number }>(),
    sum: sum((row: { value: number }) => row.value),
    min: min((row: { value: number }) => row.value),
    max: max((row: { value: number }) => row.value),
  }
  const renamed = {
    user: 'user',
    start: 'windowStart',
    end: 'windowEnd',
    count: 'count',
    sum: 'sum',
  } as const
  const builds: Record<Workload, () => void> = {
    W0: () => {
      source('events', input).pipe(
        filter(row => row.kind === 'purchase'),
        select('user', 'value'),
        write(Projected),
      )
    },
    W1: () => {
      source('events', input).pipe(
        tumbling('per-user', { by: 'user', size: '10s' }, aggregates),
        filter(row => row.user >= 0),
        select({ ...renamed, min: 'min', max: 'max' }),
        write(Windowed),
      )
    },
    W2: () => {
      source('events', input).pipe(
        sliding('per-user', { by: 'user', size: '60s', every: '5s' }, aggregates),
        filter(row => row.user >= 0),
        select({ ...renamed, min: 'min', max: 'max' }),
        write(Windowed),
      )
    },
    W3: () => {
      source('events', input).pipe(
        session('per-user', { by: 'user', gap: '5s' }, { count: aggregates.count, sum: aggregates.sum }),
        filter(row => row.user >= 0),
        select(renamed),
        write(Sessions),
      )
    },
    W4: () => {
      const segments = table('segments', tableTopic(keys))
      const purchases = source('events', input).pipe(filter(row => row.kind === 'purchase'))
      tableJoin('with-segment', purchases, segments, { by: 'user' }).pipe(
        select('user', 'value', 'segment'),
        write(Joined),
      )
    },
  }
  return job(`bench-${workload}`, builds[workload])
}
