import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { array, job, long, record, sink, source, string, timestamp, topic } from '../../engine/index.ts'
import { RowReader } from '../../engine/io/row-reader.ts'
import { ReplayHome } from '../../engine/replay/replay-home.ts'
import { JobRun } from '../../engine/run.ts'
import { topicSpec } from '../../engine/topic.ts'
import { collect, repartition, sliding, union } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'

const Event = record('Event', { id: long(), at: timestamp(), user: string() })
const timed = { time: 'at', key: 'user', lateness: '4ms' } as const
const left = topic('left', Event, timed)
const right = topic('right', Event, timed)
const Window = record('Window', { user: string(), windowStart: timestamp(), ids: array(long()) })
const out = topic('out', Window)

// The second row of a pane may be judged against an earlier watermark than the first: they come of several origins.
const both = job('both', () => {
  union(source('left', left), source('right', right)).pipe(
    repartition('again', { by: 'user' }),
    sliding('w', { by: 'user', size: '10ms', every: '4ms' }, { ids: collect('id', { limit: 9 }) }),
    sink('out', out),
  )
})

test('a row counts in all windows that are open for it, behind one of the pane for which fewer are', async t => {
  const driver = testJob(both)
  t.after(() => driver.close())
  // Its own watermark is at 2 where event 2 comes, and at -3 where event 3 does: the first window ends at 2.
  driver.push('left', [
    { id: 1, at: 6, user: 'a' },
    { id: 2, at: 1, user: 'a' },
  ])
  driver.push('right', [{ id: 3, at: 1, user: 'a' }])
  await driver.advanceTo(1000)
  // Again, with all of it in one batch behind the repartition.
  const { marks, topics } = driver.home
  const results = new MemoryHome()
  const ranges = new Map(
    ['left', 'right'].map(name => [name, [{ from: 0, until: topics.get(name)?.[0]?.published ?? 0 }]]),
  )
  const { signal } = new AbortController()
  const home = new ReplayHome({ history: driver.home, results, ranges, stopped: signal })
  const run = await JobRun.open(both, { home, replay: { marks: marks.get('both') ?? [] } })
  await run.work(signal, true)
  await run.close()
  const source = await results.openSource('out', 0)
  const read = new RowReader<{ windowStart: number; ids: number[] }>(topicSpec(out), 0, source, 0)
  const windows = (await read.read()).map(({ row }) => [row?.windowStart, row?.ids.toSorted()])
  read.close()
  assert.deepEqual(windows, [
    [-8, [3]],
    [-4, [2, 3]],
    [0, [1, 2, 3]],
    [4, [1]],
  ])
})
