import { double, long, record, timestamp } from '../../engine/batch/schema.ts'
import type { Job } from '../../engine/job.ts'
import { job, sink, source } from '../../engine/job.ts'
import type { Topic } from '../../engine/topic.ts'
import { topic } from '../../engine/topic.ts'
import { count, select, sum, tumbling } from '../../operators/index.ts'

/** `sent` is in milliseconds of the sender's own clock. */
const Sent = record('Sent', { ts: timestamp(), user: long(), id: long(), sent: double() })
const Passed = record('Passed', { user: long(), id: long(), sent: double() })
const PerUser = record('PerUser', { user: long(), count: long(), latest: double() })
export type Sent = { ts: number; user: number; id: number; sent: number }
export type Passed = { user: number; id: number; sent: number }

export function sentTopic(name: string): Topic<Sent> {
  return topic(name, Sent, { time: 'ts', key: 'user', lateness: '1s', format: 'avro' })
}

export function passedTopic(name: string): Topic<Passed> {
  return topic(name, Passed, { key: 'user', format: 'avro' })
}

/** Each event has a result at once; beside it there is state that each commit has to save. */
export function latencyJob(input: string, out: string, windows: string, name: string): Job {
  return job(name, () => {
    const events = source('events', sentTopic(input))
    events.pipe(select('user', 'id', 'sent'), sink('out', passedTopic(out)))
    events.pipe(
      tumbling('per-user', { by: 'user', size: '10s' }, { count: count(), latest: sum(row => row.sent) }),
      select('user', 'count', 'latest'),
      sink('windows', topic(windows, PerUser, { key: 'user', format: 'avro' })),
    )
  })
}
