import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openLogHome } from '../connectors/log/home.ts'
import { LogProducer } from '../connectors/log/producer.ts'
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
import { eventBatch, PARTITIONS, sentinelBatch } from './events.ts'
import { eventTopic, tableTopic } from './topics.ts'

const BATCH_ROWS = 2000
/** As a producer would have sent them: record batches of 64 kB or so. */
const encoder = new TextEncoder()

export function benchDirectory(): string {
  return process.env.BENCH_TMP ?? path.join(tmpdir(), 'headrace-bench')
}

/** The data folder that holds this input, loaded if it is not there yet. */
export async function loadEvents(encoding: 'avro' | 'json', events: number, keys: number): Promise<string> {
  const dir = path.join(benchDirectory(), `${encoding}-${events}-${keys}`)
  const done = path.join(dir, 'loaded')
  if (existsSync(done)) return dir
  mkdirSync(dir, { recursive: true })
  const home = openLogHome({ dir, fsync: 'never' })
  await fill(home, dir, eventTopic(encoding, events, keys), (writer, arena) => {
    for (let from = 0; from < events; from += BATCH_ROWS) {
      writer.write(eventBatch(from, Math.min(events, from + BATCH_ROWS), keys, arena))
      writer.flush()
      arena.reset()
    }
    for (let partition = 0; partition < PARTITIONS; partition++) {
      writer.writeTo(partition, sentinelBatch(partition, events, arena))
    }
  })
  await loadTable(home, dir, keys)
  writeFileSync(done, '')
  return dir
}

interface Filler {
  write(batch: ReturnType<typeof eventBatch>): void
  writeTo(partition: number, batch: ReturnType<typeof eventBatch>): void
  flush(): void
}

async function fill(
  home: ReturnType<typeof openLogHome>,
  dir: string,
  topic: Topic<Event>,
  work: (writer: Filler, arena: BatchArena) => void,
): Promise<void> {
  await home.createTopic(topic.name, PARTITIONS)
  const producer = LogProducer.open(topic.name, { dir, fsync: 'never' })
  const output = (partitions: number, choose: (partition: number) => number) => {
    const append = (_: string, partition: number, batch: Uint8Array) => {
      producer.append(choose(partition), batch)
    }
    const context = new LiveContext('load', new Build('load', 'fail'), () => {})
    const parts = { spec: topicSpec(topic), partitions, taskPartition: 0, context, job: 'load' }
    const made = new TopicOutput({ ...parts, home: { append } as Partial<JobHome> as JobHome })
    made.open(topic.schema)
    return made
  }
  const all = output(PARTITIONS, partition => partition)
  const filler: Filler = {
    write: batch => all.write(batch),
    writeTo: (partition, batch) => {
      const one = output(1, () => partition)
      one.write(batch)
      void one.flush()
    },
    flush: () => void all.flush(),
  }
  work(filler, new BatchArena())
  producer.commit()
  producer.close()
}

/** The table of W4: key user in decimal, value its segment. */
async function loadTable(home: ReturnType<typeof openLogHome>, dir: string, keys: number): Promise<void> {
  const topic = tableTopic(keys)
  await home.createTopic(topic.name, PARTITIONS)
  const producer = LogProducer.open(topic.name, { dir, fsync: 'never' })
  const builders = Array.from({ length: PARTITIONS }, () => new RecordBatchBuilder())
  for (let user = 0; user < keys; user++) {
    const key = encoder.encode(String(user))
    const partition = partitionOf(key, 0, key.length, PARTITIONS)
    const builder = builders[partition] as RecordBatchBuilder
    builder.append(1_700_000_000_000 - 100_000_000, key, encoder.encode(`{"segment":${user % 50}}`))
    if (builder.byteLength > 1 << 16) producer.append(partition, builder.build())
  }
  for (const [partition, builder] of builders.entries()) {
    if (builder.count > 0) producer.append(partition, builder.build())
  }
  producer.commit()
  producer.close()
}
