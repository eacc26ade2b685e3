import { readBatchHeader } from '../../engine/codec/record/batch.ts'
import { setBaseOffset } from '../../engine/codec/record/write.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type {
  CheckpointRecord,
  Home,
  JobHome,
  PartitionSource,
  RawChunk,
  TaskMark,
} from '../../engine/home.ts'

interface StoredBatch {
  readonly bytes: Uint8Array
  readonly baseOffset: number
  readonly nextOffset: number
}

/** A partition in memory: record batches in order, the committed ones first. */
export class MemoryPartition {
  readonly batches: StoredBatch[] = []
  /** What readers may see. */
  published = 0
  private readonly waiting = new Set<() => void>()

  get endOffset(): number {
    return this.batches.at(-1)?.nextOffset ?? 0
  }

  append(batch: Uint8Array): void {
    const bytes = new Uint8Array(batch)
    const baseOffset = this.endOffset
    setBaseOffset(bytes, 0, baseOffset)
    const header = readBatchHeader(bytes, 0)
    this.batches.push({ bytes, baseOffset, nextOffset: baseOffset + header.lastOffsetDelta + 1 })
  }

  publish(): void {
    this.published = this.endOffset
    for (const wake of this.waiting) wake()
    this.waiting.clear()
  }

  /** Drops what was appended and never committed. */
  truncate(): void {
    while (this.endOffset > this.published) this.batches.pop()
  }

  changed(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        this.waiting.delete(done)
        resolve()
      }
      this.waiting.add(done)
      signal.addEventListener('abort', done, { once: true })
    })
  }
}

class MemorySource implements PartitionSource {
  private readonly partition: MemoryPartition
  private index = 0

  constructor(partition: MemoryPartition) {
    this.partition = partition
  }

  poll(): RawChunk | null {
    const found = this.partition.batches[this.index]
    if (found === undefined || found.baseOffset >= this.partition.published) return null
    this.index++
    return { bytes: found.bytes, start: 0, end: found.bytes.length }
  }

  seek(offset: number): void {
    const index = this.partition.batches.findIndex(batch => batch.nextOffset > offset)
    this.index = index < 0 ? this.partition.batches.length : index
  }

  startOffset(): number {
    return 0
  }

  endOffset(): number {
    return this.partition.published
  }

  async changed(signal: AbortSignal): Promise<void> {
    const next = this.partition.batches[this.index]
    const more = next !== undefined && next.baseOffset < this.partition.published
    if (!more && !signal.aborted) await this.partition.changed(signal)
  }

  close(): void {}
}

/** Topics and state in memory: for tests, and for jobs whose results nobody has to find again. */
export class MemoryHome implements Home {
  readonly topics = new Map<string, MemoryPartition[]>()
  readonly states = new Map<string, CheckpointRecord[]>()
  readonly marks = new Map<string, TaskMark[]>()

  async partitions(topic: string): Promise<number | undefined> {
    return this.topics.get(topic)?.length
  }

  async createTopic(topic: string, partitions: number): Promise<void> {
    if (this.topics.has(topic))
      throw new HeadraceError('HR_TOPIC_EXISTS', 'the topic is there already', { topic })
    this.topics.set(
      topic,
      Array.from({ length: partitions }, () => new MemoryPartition()),
    )
  }

  partition(topic: string, partition: number): MemoryPartition {
    const found = this.topics.get(topic)?.[partition]
    if (found === undefined) {
      throw new HeadraceError('HR_TOPIC_UNKNOWN', 'there is no such partition', { topic, partition })
    }
    return found
  }

  async openSource(topic: string, partition: number): Promise<PartitionSource> {
    return new MemorySource(this.partition(topic, partition))
  }

  async openJob(job: string, outputs: readonly string[]): Promise<JobHome> {
    const written = () => outputs.flatMap(topic => this.topics.get(topic) ?? [])
    for (const partition of written()) partition.truncate()
    const records = this.states.get(job) ?? []
    const allMarks = this.marks.get(job) ?? []
    this.states.set(job, records)
    this.marks.set(job, allMarks)
    return {
      restore: () => [...records],
      append: (topic, partition, batch) => this.partition(topic, partition).append(batch),
      commit: (record, marks) => {
        if (record.kind === 'snapshot') records.length = 0
        records.push(record)
        allMarks.push(...marks)
        for (const partition of written()) partition.publish()
      },
      wantsSnapshot: false,
      close: async () => {},
    }
  }

  async close(): Promise<void> {}
}
