import { openLogHome } from '../../connectors/log/home.ts'
import { LogProducer } from '../../connectors/log/producer.ts'
import { BatchArena } from '../../engine/batch/arena.ts'
import { Batch } from '../../engine/batch/batch.ts'
import type { Column } from '../../engine/batch/columns.ts'
import { NumberColumn } from '../../engine/batch/columns.ts'
import { double, long, record, timestamp } from '../../engine/batch/schema.ts'
import { Tick } from '../../engine/batch/tick.ts'
import { Build } from '../../engine/graph/build.ts'
import { LiveContext } from '../../engine/graph/step-context.ts'
import type { JobHome } from '../../engine/home.ts'
import { TopicOutput } from '../../engine/io/output.ts'
import { topic, topicSpec } from '../../engine/topic.ts'
import { T0 } from '../events.ts'

const Windowed = record('Windowed', {
  user: long(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  count: long(),
  sum: double(),
  min: double(),
  max: double(),
})
export const spec = topicSpec(topic('windowed', Windowed, { key: 'user', format: 'avro' }))

const PARTITIONS = 4
const BATCH_ROWS = 2000
const WINDOW_MS = 10_000

/** What of so many rows b has not, and what it has otherwise. */
const [missingOf, missingAt] = [10_000, 7]
const [changedOf, changedAt] = [1000, 3]
const [lateOf, lateAt] = [20_000, 11]

export interface Expected {
  readonly equal: number
  readonly changed: number
  readonly onlyA: number
  readonly onlyB: number
}

/** What has to be found between a and b of so many rows: another time makes two rows of one. */
export function expected(rows: number): Expected {
  const count = (of: number, at: number) => Math.max(0, Math.ceil((rows - at) / of))
  const [missing, changed, late] = [
    count(missingOf, missingAt),
    count(changedOf, changedAt),
    count(lateOf, lateAt),
  ]
  return { equal: rows - missing - changed - late, changed, onlyA: missing + late, onlyB: late }
}

/** Windows of users, as a job writes them; in b those of a window come in the opposite order. */
export async function writeOutput(dir: string, side: 'a' | 'b', rows: number, users: number): Promise<void> {
  const home = openLogHome({ dir, fsync: 'never' })
  await home.createTopic(spec.name, PARTITIONS)
  const producer = LogProducer.open(spec.name, { dir, fsync: 'never' })
  const context = new LiveContext('load', new Build('load', 'fail'), () => {})
  const append = (_: string, partition: number, batch: Uint8Array) => void producer.append(partition, batch)
  const parts = { spec, partitions: PARTITIONS, taskPartition: 0, context, job: 'load' }
  const output = new TopicOutput({ ...parts, home: { append } as Pick<JobHome, 'append'> as JobHome })
  output.open(spec.schema)
  const arena = new BatchArena()
  for (let from = 0; from < rows; from += BATCH_ROWS) {
    output.write(batchOf(side, from, Math.min(rows, from + BATCH_ROWS), rows, users, arena))
    await output.flush()
    arena.reset()
  }
  arena.close()
  producer.commit()
  producer.close()
}

function batchOf(
  side: 'a' | 'b',
  from: number,
  to: number,
  rows: number,
  users: number,
  arena: BatchArena,
): Batch {
  const isB = side === 'b'
  const columns = spec.schema.names.map(() => arena.f64(to - from))
  const [user, start, end, count, sum, min, max] = columns
  let row = 0
  for (let at = from; at < to; at++) {
    const window = Math.floor(at / users)
    const inWindow = Math.min(users, rows - window * users)
    const i = isB ? window * users + (inWindow - 1 - (at % users)) : at
    if (isB && i % missingOf === missingAt) continue
    user[row] = i % users
    start[row] = T0 + window * WINDOW_MS + (isB && i % lateOf === lateAt ? 1 : 0)
    end[row] = T0 + (window + 1) * WINDOW_MS
    count[row] = 1 + (i % 50)
    sum[row] = (i % 977) * 1.25 + (isB && i % changedOf === changedAt ? 1 : 0)
    min[row] = (i % 7) / 3
    max[row] = i % 101
    row++
  }
  const time = end.subarray(0, row)
  const source = { column: (index: number): Column => new NumberColumn(columns[index].subarray(0, row)) }
  return new Batch(spec.schema, new Tick(arena, 0, Number.NaN), row, null, source, time)
}
