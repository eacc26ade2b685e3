import type { Position } from '../engine/home.ts'
import type { Place, Worker } from './place/place.ts'
import { partitionKey } from './place/place.ts'
import { RecordReader } from './record-reader.ts'

export interface PartitionLag {
  readonly topic: string
  readonly partition: number
  /** The offset of the next record to read; null where the job has not read from here yet. */
  readonly position: number | null
  readonly end: number
  readonly lag: number
  /** Records before the first that is left, which the job has not read. */
  readonly gone: number
  /** The age of the first record that is to be read; null where there is none, or it could not be read in time. */
  readonly behindMs: number | null
  /** Who works on it. */
  readonly member: string | null
  readonly host: string | null
}

export interface JobLag {
  readonly job: string
  readonly lag: number
  readonly members: number
  readonly partitions: readonly PartitionLag[]
}

/** Records are read to learn their age: of so many partitions at a time, and for no longer than this. */
const readAtOnce = 16
const readMs = 2000

/** How far a job is behind, in the topics that it has positions in and in those that are named. */
export async function lagOfJob(place: Place, job: string, topics: readonly string[]): Promise<JobLag> {
  const [positions, workers] = await Promise.all([place.positions(job), place.workers(job)])
  const names = new Set([...topics, ...positions.map(({ topic }) => topic).toSorted()])
  const unread: Omit<PartitionLag, 'behindMs'>[] = []
  for (const topic of names) {
    if ((await place.partitions(topic)) !== undefined) {
      unread.push(...(await lagsOf(place, topic, positions, workers)))
    }
  }
  const partitions: PartitionLag[] = []
  for (let from = 0; from < unread.length; from += readAtOnce) {
    const some = unread.slice(from, from + readAtOnce)
    partitions.push(
      ...(await Promise.all(some.map(async one => ({ ...one, behindMs: await behind(place, one) })))),
    )
  }
  const lag = partitions.reduce((sum, one) => sum + one.lag, 0)
  return { job, lag, members: workers.length, partitions }
}

async function lagsOf(
  place: Place,
  topic: string,
  positions: readonly Position[],
  workers: readonly Worker[],
): Promise<Omit<PartitionLag, 'behindMs'>[]> {
  const [starts, ends] = [await place.offsets(topic, 'earliest'), await place.offsets(topic, 'latest')]
  return ends.map((end, partition) => {
    const known = positions.find(one => one.topic === topic && one.partition === partition)
    const position = known?.offset ?? null
    const worker = workers.find(({ partitions }) => partitions.has(partitionKey(topic, partition)))
    const lag = Math.max(0, end - Math.max(position ?? 0, starts[partition]))
    const gone = position === null ? 0 : Math.max(0, starts[partition] - position)
    const [member, host] = [worker?.name ?? null, worker?.host ?? null]
    return { topic, partition, position, end, lag, gone, member, host }
  })
}

async function behind(place: Place, view: Omit<PartitionLag, 'behindMs'>): Promise<number | null> {
  const { topic, partition, end, lag } = view
  if (lag === 0) return null
  const reader = new RecordReader(topic, partition, await place.openSource(topic, partition))
  const patience = AbortSignal.timeout(readMs)
  try {
    reader.seek(end - lag)
    while (reader.position < end && !patience.aborted) {
      const [first] = await reader.read()
      if (first !== undefined) return first.timestamp > 0 ? Date.now() - first.timestamp : null
      await reader.source.changed(patience)
    }
    return null
  } finally {
    reader.close()
  }
}
