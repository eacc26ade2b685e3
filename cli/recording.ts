import { PartitionCopy } from '../connectors/log/partition-copy.ts'
import { PartitionReader } from '../connectors/log/partition-reader.ts'
import { LogProducer } from '../connectors/log/producer.ts'
import { createTopic, describeTopic, listTopics, partitionDirectory } from '../connectors/log/topic-store.ts'
import { readBatchHeader } from '../engine/codec/record/batch.ts'
import { HeadraceError } from '../engine/errors.ts'
import type { PartitionSource, RawChunk } from '../engine/home.ts'
import { usageError } from './flags.ts'
import type { Place } from './place/place.ts'
import type { Where } from './where.ts'
import { offsetsAt } from './where.ts'

/** Bytes that are made durable together: a recording that is cut off loses no more. */
const bytesAtOnce = 64 << 20

export interface RecordingRequest {
  readonly place: Place
  readonly topic: string
  /** The data directory that the copy is in, or is to be in. */
  readonly dir: string
  readonly segmentBytes: number
  /** Where a copy begins that is not there yet: with what is there, unless it is said otherwise. */
  readonly from: Where | undefined
  readonly until: Where
  readonly note: (text: string) => void
}

/** A partition of the topic on its way into the copy. */
interface Lane {
  readonly partition: number
  readonly start: number
  readonly until: number
  readonly source: PartitionSource
  /** What was read of it to see where it begins. */
  first: RawChunk | null
}

/** Copies a topic into a directory of the embedded log, or goes on with the copy that is there. */
export class Recording {
  readonly lanes: readonly Lane[]
  readonly copies: readonly PartitionCopy[]
  /** Where each copy goes on, or begins. */
  readonly starts: readonly number[]
  private readonly producer: LogProducer

  static async open(request: RecordingRequest): Promise<Recording> {
    const { place, topic, dir, until } = request
    const ends = await offsetsAt(place, topic, until)
    const starts = await startsOf(request, ends.length)
    const lanes: Lane[] = []
    try {
      for (const [partition, start] of starts.entries()) {
        const source = await place.openSource(topic, partition)
        lanes.push({ partition, start, until: ends[partition], source, first: null })
      }
      if (listTopics(dir).includes(topic)) return new Recording(request, lanes, starts)
      const bases = await Promise.all(lanes.map(baseOf))
      createTopic(dir, topic, {
        partitions: lanes.length,
        segmentBytes: request.segmentBytes,
        starts: bases,
      })
      return new Recording(request, lanes, bases)
    } catch (error) {
      for (const { source } of lanes) source.close()
      throw error
    }
  }

  private constructor({ topic, dir }: RecordingRequest, lanes: readonly Lane[], starts: readonly number[]) {
    const producer = LogProducer.open(topic, { dir })
    this.lanes = lanes
    this.starts = starts
    this.producer = producer
    this.copies = starts.map((start, partition) => new PartitionCopy(producer, partition, start))
  }

  /** Copies one partition after the other, until all is there or the signal aborts. */
  async work(signal: AbortSignal): Promise<void> {
    for (const lane of this.lanes) {
      if (!signal.aborted) await this.copy(lane, this.copies[lane.partition], signal)
    }
  }

  /** Whether all that was asked for is there. */
  get isComplete(): boolean {
    return this.lanes.every(({ partition, until }) => this.copies[partition].end >= until)
  }

  close(): void {
    for (const { source } of this.lanes) source.close()
    this.producer.close()
  }

  private async copy(lane: Lane, copy: PartitionCopy, signal: AbortSignal): Promise<void> {
    const { source, until } = lane
    let committed = copy.bytes
    if (lane.first === null) source.seek(copy.end)
    while (copy.position < until && !signal.aborted) {
      const chunk = lane.first ?? (await source.poll())
      lane.first = null
      if (chunk === null) {
        await source.changed(signal)
        continue
      }
      copy.take(chunk, until)
      if (copy.bytes - committed < bytesAtOnce) continue
      this.producer.commit()
      committed = copy.bytes
    }
    if (!signal.aborted) copy.fillTo(until)
    this.producer.commit()
  }
}

/** Where the copy of each partition goes on, or begins. */
async function startsOf(request: RecordingRequest, partitions: number): Promise<number[]> {
  const { place, topic, dir, from, note } = request
  if (!listTopics(dir).includes(topic)) return offsetsAt(place, topic, from ?? { moment: 'earliest' })
  if (from !== undefined) {
    throw usageError(`--from: there is a copy of ${topic} in ${dir} already, which goes on where it ends`)
  }
  const { partitions: copied } = describeTopic(dir, topic)
  if (copied !== partitions) {
    const message = `it has ${partitions} partitions now, and ${copied} in ${dir}: record it into another directory`
    throw new HeadraceError('HR_PARTITIONS_DIFFER', message, { topic })
  }
  const [earliest, latest] = [await place.offsets(topic, 'earliest'), await place.offsets(topic, 'latest')]
  return earliest.map((first, partition) => {
    const end = endOf(dir, topic, partition)
    if (end > latest[partition]) {
      const message = `the copy goes up to ${end}, the topic ends at ${latest[partition]}: it was deleted since, and made anew`
      throw new HeadraceError('HR_POSITION_LOST', message, { topic, partition, offset: end })
    }
    if (first > end)
      note(`${topic}-${partition}: the records from ${end} up to ${first} are gone at the broker`)
    return end
  })
}

function endOf(dir: string, topic: string, partition: number): number {
  const reader = PartitionReader.open(partitionDirectory(dir, topic, partition))
  try {
    return reader.endOffset()
  } finally {
    reader.close()
  }
}

/** Batches come whole, so that a copy may begin a little before the offset that was asked for. */
async function baseOf(lane: Lane): Promise<number> {
  const { source, start, until } = lane
  if (start >= until) return start
  const { signal } = new AbortController()
  source.seek(start)
  while ((lane.first = await source.poll()) === null) await source.changed(signal)
  return Math.min(start, readBatchHeader(lane.first.bytes, lane.first.start).baseOffset)
}
