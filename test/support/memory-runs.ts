import type { MemoryPartition } from '../../connectors/memory/home.ts'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import type { TaskMark } from '../../engine/home.ts'
import type { Job } from '../../engine/job.ts'
import { JobRun } from '../../engine/run.ts'
import { ManualClock } from '../../engine/time/clock.ts'
import type { PlainRecord } from './record-batches.ts'
import { readBatch } from './record-batches.ts'

/** All that a partition holds, byte for byte. */
export function recordsOf(partition: MemoryPartition): PlainRecord[] {
  return partition.batches
    .filter(({ baseOffset }) => baseOffset < partition.published)
    .flatMap(({ bytes }) => readBatch(bytes).records)
}

/** What a job has left in a topic, partition by partition. */
export function topicOf(home: MemoryHome, topic: string): PlainRecord[][] {
  return (home.topics.get(topic) ?? []).map(recordsOf)
}

/** The same records in other batches. */
export function cutAnew(records: readonly PlainRecord[], size: () => number): Uint8Array[] {
  const batches: Uint8Array[] = []
  for (let at = 0; at < records.length; ) {
    const builder = new RecordBatchBuilder()
    const part = records.slice(at, at + Math.max(1, size()))
    for (const { timestamp, key, value } of part) builder.append(timestamp, bytesOf(key), bytesOf(value))
    batches.push(builder.build())
    at += part.length
  }
  return batches
}

function bytesOf(text: string | null): Uint8Array | null {
  return text === null ? null : Buffer.from(text)
}

/** A home with the same records in these topics, cut into batches of another size, and nothing else. */
export async function copyOf(
  home: MemoryHome,
  topics: readonly string[],
  size: () => number,
): Promise<MemoryHome> {
  const copy = new MemoryHome()
  for (const topic of topics) {
    const partitions = home.topics.get(topic) ?? []
    await copy.createTopic(topic, partitions.length)
    partitions.forEach((partition, index) => {
      const to = copy.partition(topic, index)
      for (const batch of cutAnew(recordsOf(partition), size)) to.append(batch)
      to.publish()
    })
  }
  return copy
}

/** Runs the job over what lies in the home; stopped and begun again where `crash` says so before a turn. */
export async function replay(
  job: Job,
  home: MemoryHome,
  marks: readonly TaskMark[],
  crash: () => boolean,
): Promise<void> {
  const open = () => JobRun.open(job, { home, clock: new ManualClock(1e9), replay: { marks } })
  let run = await open()
  while (await run.turn()) {
    if (!crash()) continue
    if (crash()) await run.commit()
    await run.close()
    run = await open()
  }
  await run.commit()
  await run.close()
}
