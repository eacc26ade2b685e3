import { BatchArena } from '../engine/batch/arena.ts'
import { partitionOf } from '../engine/codec/murmur2.ts'
import { RecordBatchBuilder } from '../engine/codec/record/write.ts'
import { Build } from '../engine/graph/build.ts'
import { LiveContext } from '../engine/graph/step-context.ts'
import type { JobHome } from '../engine/home.ts'
import { TopicOutput } from '../engine/io/output.ts'
import type { Topic } from '../engine/topic.ts'
import { topicSpec } from '../engine/topic.ts'
import type { Event } from './events.ts'
import { eventBatch, PARTITIONS, sentinelBatch, T0 } from './events.ts'

/** Takes a finished record batch of a partition; its bytes are used again when this returns or resolves. */
export type Append = (partition: number, batch: Uint8Array) => void | Promise<void>

/** As a producer would have sent them: record batches of some ten kilobytes. */
const BATCH_ROWS = 2000
const TABLE_BATCH_BYTES = 1 << 16
const encoder = new TextEncoder()

/** All events of an input, each in the partition of its user, then a sentinel in each partition. */
export async function fillEvents(
  topic: Topic<Event>,
  events: number,
  keys: number,
  append: Append,
): Promise<void> {
  const arena = new BatchArena()
  const all = outputOf(topic, PARTITIONS, append)
  for (let from = 0; from < events; from += BATCH_ROWS) {
    all.write(eventBatch(from, Math.min(events, from + BATCH_ROWS), keys, arena))
    await all.flush()
    arena.reset()
  }
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const one = outputOf(topic, 1, (_, batch) => append(partition, batch))
    one.write(sentinelBatch(partition, events, arena))
    await one.flush()
  }
  arena.close()
}

/** The table of W4: key user in decimal, value its segment. */
export async function fillTable(keys: number, append: Append): Promise<void> {
  const builders = Array.from({ length: PARTITIONS }, () => new RecordBatchBuilder())
  for (let user = 0; user < keys; user++) {
    const key = encoder.encode(String(user))
    const partition = partitionOf(key, 0, key.length, PARTITIONS)
    const builder = builders[partition] as RecordBatchBuilder
    builder.append(T0 - 100_000_000, key, encoder.encode(`{"segment":${user % 50}}`))
    if (builder.byteLength > TABLE_BATCH_BYTES) await append(partition, builder.build())
  }
  for (const [partition, builder] of builders.entries()) {
    if (builder.count > 0) await append(partition, builder.build())
  }
}

function outputOf(topic: Topic<Event>, partitions: number, append: Append): TopicOutput {
  const context = new LiveContext('load', new Build('load', 'fail'), () => {})
  const home: Pick<JobHome, 'append'> = { append: (_, partition, batch) => append(partition, batch) }
  const parts = { spec: topicSpec(topic), partitions, taskPartition: 0, context, job: 'load' }
  const output = new TopicOutput({ ...parts, home: home as JobHome })
  output.open(topic.schema)
  return output
}
