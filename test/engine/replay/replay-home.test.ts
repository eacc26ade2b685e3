import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHome } from '../../../connectors/memory/home.ts'
import { job, long, record, sink, source, timestamp, topic } from '../../../engine/index.ts'
import { RowReader } from '../../../engine/io/row-reader.ts'
import { RowWriter } from '../../../engine/io/row-writer.ts'
import { ReplayHome } from '../../../engine/replay/replay-home.ts'
import { JobRun } from '../../../engine/run.ts'
import { topicSpec } from '../../../engine/topic.ts'
import { filter } from '../../../operators/index.ts'

const Event = record('Event', { ts: timestamp(), id: long() })
const events = topic('events', Event, { time: 'ts', lateness: 0 })
const even = topic('even', Event, { time: 'ts', lateness: 0 })
const evens = job('evens', () => {
  source('in', events).pipe(
    filter(row => row.id % 2 === 0),
    sink('out', even),
  )
})

/** Two partitions, in batches of five records. */
async function history(): Promise<MemoryHome> {
  const home = new MemoryHome()
  await home.createTopic('events', 2)
  const append = (_: string, partition: number, batch: Uint8Array) =>
    home.partition('events', partition).append(batch)
  for (const partition of [0, 1]) {
    const writer = new RowWriter(topicSpec(events), 'ts', 2, {
      append: (name, _, batch) => append(name, partition, batch),
    })
    for (let from = 0; from < 20; from += 5) {
      writer.write(Array.from({ length: 5 }, (_, k) => ({ ts: from + k, id: 100 * partition + from + k })))
      await writer.flush()
    }
    home.partition('events', partition).publish()
  }
  return home
}

async function idsIn(home: MemoryHome, name: string): Promise<number[]> {
  const ids: number[] = []
  for (let partition = 0; partition < ((await home.partitions(name)) ?? 0); partition++) {
    const reader = new RowReader<{ id: number }>(
      topicSpec(even),
      partition,
      await home.openSource(name, partition),
      0,
    )
    for (let some = await reader.read(); some.length > 0; some = await reader.read()) {
      ids.push(...some.map(({ row }) => (row as { id: number }).id))
    }
  }
  return ids.sort((a, b) => a - b)
}

const stopped = new AbortController().signal

const within = (from: number, until: number) => (id: number) => id % 100 >= from && id % 100 < until

test('a stretch is read that cuts batches, and nothing is written where history is', async () => {
  for (const [from, until] of [
    [0, 20],
    [3, 12],
    [5, 10],
    [7, 8],
    [9, 9],
  ]) {
    const [past, results] = [await history(), new MemoryHome()]
    const ranges = new Map([['events', [0, 1].map(() => ({ from, until }))]])
    const run = await JobRun.open(evens, {
      home: new ReplayHome({ history: past, results, ranges, stopped }),
    })
    await run.work(new AbortController().signal, true)
    assert.equal(run.counts().inputs.in.read, 2 * (until - from))
    assert.equal(run.lag(), 0)
    await run.close()
    const all = [0, 1].flatMap(partition => Array.from({ length: 20 }, (_, k) => 100 * partition + k))
    assert.deepEqual(
      await idsIn(results, 'even'),
      all.filter(within(from, until)).filter(id => id % 2 === 0),
    )
    assert.deepEqual([...past.topics.keys()], ['events'])
  }
})

test('a job that writes to a topic that it reads is refused', async () => {
  const both = job('both', () => {
    source('in', events).pipe(sink('out', events))
  })
  const ranges = new Map([['events', [0, 1].map(() => ({ from: 0, until: 5 }))]])
  const home = new ReplayHome({ history: await history(), results: new MemoryHome(), ranges, stopped })
  await assert.rejects(JobRun.open(both, { home }), { code: 'HR_REPLAY_RANGE' })
})
