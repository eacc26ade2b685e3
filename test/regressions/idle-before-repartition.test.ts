import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { job, long, record, sink, source, string, timestamp, topic } from '../../engine/index.ts'
import { RowReader } from '../../engine/io/row-reader.ts'
import { ReplayHome } from '../../engine/replay/replay-home.ts'
import { JobRun } from '../../engine/run.ts'
import { topicSpec } from '../../engine/topic.ts'
import { count, repartition, tumbling } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'

const Event = record('Event', { at: timestamp(), user: string() })
const events = topic('events', Event, { time: 'at', key: 'user', lateness: 0, idleAfter: '1s' })
const Window = record('Window', { user: string(), windowStart: timestamp(), rows: long() })
const out = topic('out', Window)

const counted = job('counted', () => {
  source('events', events).pipe(
    repartition('by-user', { by: 'user', partitions: 1 }),
    tumbling('w', { by: 'user', size: '10ms' }, { rows: count() }),
    sink('out', out),
  )
})

// Of tasks with a single input nobody noted it: the stage behind waited for them, in a replay for ever.
test('a replay repeats that a partition fell idle, where only a later stage waits for it', async t => {
  const driver = testJob(counted, { partitions: 2 })
  t.after(() => driver.close())
  driver.push('events', [{ at: 1, user: 'a' }], { partition: 0 })
  driver.push('events', [{ at: 2, user: 'b' }], { partition: 1 })
  driver.advanceClock(1500)
  driver.push('events', [{ at: 25, user: 'a' }], { partition: 0 })
  const live = await driver.output('out')
  assert.deepEqual(live, [
    { user: 'a', windowStart: 0, rows: 1 },
    { user: 'b', windowStart: 0, rows: 1 },
  ])
  const { marks, topics } = driver.home
  const results = new MemoryHome()
  const ranges = topics.get('events')?.map(({ published }) => ({ from: 0, until: published })) ?? []
  const { signal } = new AbortController()
  const home = new ReplayHome({
    history: driver.home,
    results,
    ranges: new Map([['events', ranges]]),
    stopped: signal,
  })
  const replay = { marks: marks.get('counted') ?? [] }
  const run = await JobRun.open(counted, { home, replay })
  await run.work(signal, true)
  await run.close()
  const read = new RowReader(topicSpec(out), 0, await results.openSource('out', 0), 0)
  assert.deepEqual(
    (await read.read()).map(({ row }) => row),
    live,
  )
  read.close()
})
