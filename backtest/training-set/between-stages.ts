import { readBatchHeader } from '../../engine/codec/record/batch.ts'
import { setBaseOffset } from '../../engine/codec/record/write.ts'
import type { Home, JobHome, PartitionSource, RawChunk } from '../../engine/home.ts'
import { limits } from '../../engine/limits.ts'

/** A partition that one task reads: what it has read is gone. */
class HandedOn implements PartitionSource {
  private waiting: Uint8Array[] = []
  private readable: Uint8Array[] = []
  private end = 0

  append(batch: Uint8Array): void {
    const bytes = new Uint8Array(batch)
    setBaseOffset(bytes, 0, this.end)
    this.end += readBatchHeader(bytes, 0).lastOffsetDelta + 1
    this.waiting.push(bytes)
  }

  publish(): void {
    this.readable.push(...this.waiting.splice(0))
  }

  poll(): RawChunk | null {
    const bytes = this.readable.shift()
    return bytes === undefined ? null : { bytes, start: 0, end: bytes.length }
  }

  seek(): void {}

  startOffset(): number {
    return 0
  }

  endOffset(): number {
    return this.end
  }

  async changed(): Promise<void> {}

  close(): void {}
}

/** What the stages of a job hand on to each other, in memory and for one run: nothing is kept of it, nor of their state. */
export class BetweenStages implements Home {
  private readonly topics = new Map<string, HandedOn[]>()
  private waitingBytes = 0

  /** Enough was written for others to read it first. */
  get isFull(): boolean {
    return this.waitingBytes >= limits.exportStageBytes
  }

  /** Lets all be read that was written. */
  publish(): void {
    this.waitingBytes = 0
    for (const partitions of this.topics.values()) for (const partition of partitions) partition.publish()
  }

  async partitions(topic: string): Promise<number | undefined> {
    return this.topics.get(topic)?.length
  }

  async createTopic(topic: string, partitions: number): Promise<void> {
    this.topics.set(
      topic,
      Array.from({ length: partitions }, () => new HandedOn()),
    )
  }

  async openSource(topic: string, partition: number): Promise<PartitionSource> {
    return this.of(topic)[partition]
  }

  async openJob(): Promise<JobHome> {
    return {
      restore: () => [],
      append: (topic, partition, batch) => {
        this.waitingBytes += batch.length
        this.of(topic)[partition].append(batch)
      },
      commit: () => {},
      wantsSnapshot: false,
      close: async () => {},
    }
  }

  async close(): Promise<void> {}

  private of(topic: string): HandedOn[] {
    return this.topics.get(topic) ?? []
  }
}
