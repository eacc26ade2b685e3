import { MemoryHome } from '../connectors/memory/home.ts'
import type { TopicHome } from '../engine/home.ts'
import { double, HeadraceError, job, long, record, sink, source, timestamp, topic } from '../engine/index.ts'
import { RowReader } from '../engine/io/row-reader.ts'
import type { Range } from '../engine/replay/range-source.ts'
import { ReplayHome } from '../engine/replay/replay-home.ts'
import { JobRun } from '../engine/run.ts'
import type { TopicSpec } from '../engine/topic.ts'
import { activityOf, windowsOf } from '../jobs/clickstream/activity.ts'
import type { anomalyInputs } from '../jobs/clickstream/models.ts'
import { clicks, purchases } from '../jobs/clickstream/topics.ts'
import { select } from '../operators/index.ts'

/** What the models are trained from. */
export interface ShopHistory {
  readonly windows: readonly WindowRow[]
  readonly bought: readonly BoughtRow[]
}

export type WindowRow = Readonly<Record<'user' | 'windowStart' | keyof typeof anomalyInputs, number>>

export interface BoughtRow {
  readonly user: number
  readonly item: number
  readonly ts: number
}

const Window = record('TrainingWindow', {
  user: long(),
  windowStart: timestamp(),
  clicks: long(),
  carts: long(),
  purchases: long(),
  spend: double(),
  items: long(),
})
const Bought = record('TrainingPurchase', { user: long(), item: long(), ts: timestamp() })

/** The windows of the job that is to score them, by its own operators: they cannot come to differ. */
const trainingRows = job('training-rows', () => {
  const bought = source('purchases', purchases)
  windowsOf(activityOf(source('clicks', clicks), bought)).pipe(
    select('user', 'windowStart', 'clicks', 'carts', 'purchases', 'spend', 'items'),
    sink('windows', topic('training.windows', Window, { key: 'user' })),
  )
  bought.pipe(select('user', 'item', 'ts'), sink('bought', topic('training.bought', Bought, { key: 'user' })))
})

/** Runs the job's windows over all clicks and purchases that a home has; nothing is written there. */
export async function readShopHistory(history: TopicHome): Promise<ShopHistory> {
  const ranges = new Map<string, readonly Range[]>()
  for (const { name } of [clicks, purchases]) ranges.set(name, await wholeTopic(history, name))
  const results = new MemoryHome()
  const { signal } = new AbortController()
  const run = await JobRun.open(trainingRows, {
    home: new ReplayHome({ history, results, ranges, stopped: signal }),
    // Nothing falls idle: how long reading takes here says nothing of when the events came.
    replay: { marks: [] },
  })
  try {
    await run.work(signal, true)
    const sinks = run.plan.stages.flatMap(({ terminals }) => terminals)
    const specOf = (id: string) => sinks.find(one => one.id === id)!.topic
    return {
      windows: await rowsOf<WindowRow>(results, specOf('windows')),
      bought: await rowsOf<BoughtRow>(results, specOf('bought')),
    }
  } finally {
    await run.close()
  }
}

async function wholeTopic(home: TopicHome, name: string): Promise<Range[]> {
  const partitions = await home.partitions(name)
  if (partitions === undefined) {
    throw new HeadraceError('HR_TOPIC_UNKNOWN', 'the models are trained from it, and it is not there', {
      topic: name,
    })
  }
  const ranges: Range[] = []
  for (let partition = 0; partition < partitions; partition++) {
    const source = await home.openSource(name, partition, 'earliest')
    ranges.push({ from: source.startOffset(), until: (await source.freshEnd?.()) ?? source.endOffset() })
    source.close()
  }
  return ranges
}

async function rowsOf<T>(home: MemoryHome, spec: TopicSpec): Promise<T[]> {
  const rows: T[] = []
  for (let partition = 0; partition < ((await home.partitions(spec.name)) ?? 0); partition++) {
    const reader = new RowReader<T>(spec, partition, await home.openSource(spec.name, partition), 0)
    for (let some = await reader.read(); some.length > 0; some = await reader.read()) {
      for (const { row } of some) if (row !== null) rows.push(row)
    }
    reader.close()
  }
  return rows
}
