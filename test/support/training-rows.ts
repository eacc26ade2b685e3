import { AsOfRun } from '../../backtest/training-set/as-of-run.ts'
import { exportRows } from '../../backtest/training-set/export.ts'
import { exportedViews } from '../../backtest/training-set/exported-view.ts'
import type { RowFile } from '../../backtest/training-set/row-file.ts'
import { TrainingColumns } from '../../backtest/training-set/training-columns.ts'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { MemoryStores } from '../../connectors/memory/stores.ts'
import { closePlan, plan } from '../../engine/graph/plan.ts'
import type { TaskMark } from '../../engine/home.ts'
import { long, timestamp } from '../../engine/index.ts'
import { RowWriter } from '../../engine/io/row-writer.ts'
import type { Job } from '../../engine/job.ts'
import { JobRun } from '../../engine/run.ts'
import { ManualClock } from '../../engine/time/clock.ts'
import type { TopicSpec } from '../../engine/topic.ts'

/** A row of a topic, and the timestamp of its record. */
export interface Come<T> {
  readonly row: T
  readonly at: number
}

/** The rows of a topic, by partition. */
export interface TopicHistory {
  readonly topic: TopicSpec
  readonly partitions: readonly (readonly Come<unknown>[])[]
}

export interface LabelRow {
  readonly time: number
  readonly [entity: string]: number
}

/** Of each partition the records before the first one that is later. */
export function until({ topic, partitions }: TopicHistory, time: number): TopicHistory {
  const cut = partitions.map(records => {
    const end = records.findIndex(({ at }) => at > time)
    return end < 0 ? records : records.slice(0, end)
  })
  return { topic, partitions: cut }
}

export async function homeWith(histories: readonly TopicHistory[], batchRows = 7): Promise<MemoryHome> {
  const home = new MemoryHome()
  for (const { topic, partitions } of histories) {
    await home.createTopic(topic.name, partitions.length)
    for (const [partition, records] of partitions.entries()) {
      const append = (_: string, __: number, batch: Uint8Array) =>
        home.partition(topic.name, partition).append(batch)
      const writer = new RowWriter(topic, null, 1, { append })
      for (let from = 0; from < records.length; from += batchRows) {
        const some = records.slice(from, from + batchRows)
        writer.write(
          some.map(({ row }) => row),
          some.map(({ at }) => at),
        )
        await writer.flush()
      }
      home.partition(topic.name, partition).publish()
    }
  }
  return home
}

export interface TrainingOptions {
  readonly views?: readonly string[]
  readonly delayMs?: number
  readonly maxAgeMs?: number
  readonly ages?: boolean
  readonly marks?: readonly TaskMark[]
  readonly batchRows?: number
}

/** The rows of a training set, in memory. Labels are given by time. */
export async function trainingRows(
  job: Job,
  histories: readonly TopicHistory[],
  labels: readonly LabelRow[],
  options: TrainingOptions = {},
): Promise<Record<string, unknown>[]> {
  const { views: names = [], delayMs = 0, maxAgeMs = Number.POSITIVE_INFINITY, ages = false } = options
  const planned = plan(job)
  closePlan(planned)
  const views = exportedViews(planned, names).map(view => ({ ...view, column: view.spec.entity }))
  const clock = new ManualClock(0)
  const features = new MemoryStores(clock)
  const history = await homeWith(histories, options.batchRows)
  const ranges = new Map(
    histories.map(({ topic, partitions }) => [
      topic.name,
      partitions.map(({ length }) => ({ from: 0, until: length })),
    ]),
  )
  const run = await AsOfRun.open(
    { planned, views, history, ranges, features, marks: options.marks ?? [] },
    new AbortController().signal,
  )
  const entities = Object.fromEntries(views.map(({ column }) => [column, long()]))
  const columns = new TrainingColumns({
    ...{ labels: { ...entities, time: timestamp() }, time: 'time', views, fullNames: false, ages, maxAgeMs },
  })
  const rows: Record<string, unknown>[] = []
  const { names: all } = columns.schema
  const file: RowFile = {
    write: async taken => {
      for (let row = 0; row < taken[0].length; row++) {
        rows.push(Object.fromEntries(all.map((name, index) => [name, taken[index][row]])))
      }
    },
    finish: async () => {},
  }
  const parts = { labels: labels.map(record => ({ time: record.time, record })), run, features, views }
  const tellTime = (time: number) => clock.advance(time - clock.now())
  for await (const _ of exportRows({ ...parts, columns, file, delayMs, tellTime }));
  await run.close()
  return rows
}

/** What is in the views when the job has read all of these records, and no others. */
export async function viewsAfter(
  job: Job,
  histories: readonly TopicHistory[],
  now: number,
): Promise<MemoryStores> {
  const stores = new MemoryStores(new ManualClock(now))
  const home = await homeWith(histories)
  const run = await JobRun.open(job, { home, stores, replay: { marks: [] } })
  await run.work(new AbortController().signal, true)
  await run.close()
  return stores
}
