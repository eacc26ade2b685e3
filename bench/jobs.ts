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
import type { Event } from './events.ts'
import type { Encoding, Workload } from './topics.ts'
import { eventTopic, Joined, Projected, Sessions, tableTopic, Windowed } from './topics.ts'

interface Place {
  readonly input: Topic<Event>
  readonly keys: number
  readonly encoding: Encoding
  readonly out: string
}

const aggregates = {
  count: count<Event>(),
  sum: sum((row: Event) => row.value),
  min: min((row: Event) => row.value),
  max: max((row: Event) => row.value),
}
const bounds = { user: 'user', start: 'windowStart', end: 'windowEnd', count: 'count', sum: 'sum' } as const

function write<T extends { readonly user: number }>(schema: Topic<T>['schema'], { out, encoding }: Place) {
  return sink('out', topic(out, schema, { key: 'user' as keyof T & string, format: encoding }))
}

/** The workloads as a user would write them. */
const builds: Record<Workload, (place: Place) => void> = {
  W0: place => {
    source('events', place.input).pipe(
      filter(row => row.kind === 'purchase'),
      select('user', 'value'),
      write(Projected, place),
    )
  },
  W1: place => {
    source('events', place.input).pipe(
      tumbling('per-user', { by: 'user', size: '10s' }, aggregates),
      filter(row => row.user >= 0),
      select({ ...bounds, min: 'min', max: 'max' }),
      write(Windowed, place),
    )
  },
  W2: place => {
    source('events', place.input).pipe(
      sliding('per-user', { by: 'user', size: '60s', every: '5s' }, aggregates),
      filter(row => row.user >= 0),
      select({ ...bounds, min: 'min', max: 'max' }),
      write(Windowed, place),
    )
  },
  W3: place => {
    source('events', place.input).pipe(
      session('per-user', { by: 'user', gap: '5s' }, { count: aggregates.count, sum: aggregates.sum }),
      filter(row => row.user >= 0),
      select(bounds),
      write(Sessions, place),
    )
  },
  W4: place => {
    const segments = table('segments', tableTopic(place.keys))
    const purchases = source('events', place.input).pipe(filter(row => row.kind === 'purchase'))
    tableJoin('with-segment', purchases, segments, { by: 'user' }).pipe(
      select('user', 'value', 'segment'),
      write(Joined, place),
    )
  },
}

export function workloadJob(
  workload: Workload,
  encoding: Encoding,
  events: number,
  keys: number,
  out: string,
  name = `bench-${workload}`,
): Job {
  const place = { input: eventTopic(encoding, events, keys), keys, encoding, out }
  return job(name, () => builds[workload](place))
}
