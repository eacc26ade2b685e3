import { readBatchHeader } from '../engine/codec/record/batch.ts'
import { setBaseOffset } from '../engine/codec/record/write.ts'
import type { Home, JobHome, PartitionSource, RawChunk } from '../engine/home.ts'

/** A partition that one task reads, once and from its beginning: its batches are let go as they are read. */
class Passage implements PartitionSource {
  private written: Uint8Array[] = []
  private readable: Uint8Array[] = []
  private next = 0
  private published = 0

  append(batch: Uint8Array): void {
    const bytes = new Uint8Array(batch)
    setBaseOffset(bytes, 0, this.next)
    this.next += readBatchHeader(bytes, 0).lastOffsetDelta + 1
    this.written.push(bytes)
  }

  publish(): void {
    this.readable.push(...this.written.splice(0))
    this.published = this.next
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
    return this.published
  }

  async changed(): Promise<void> {}

  close(): void {}
}

/** A home where the stages of a job hand rows on to each other, and nothing else is kept: neither outputs nor state. */
export class PassingHome implements Home {
  /** Of what was written between stages and nobody can read yet. */
  hiddenBytes = 0
  private readonly topics = new Map<string, number>()
  private readonly passages = new Map<string, Passage>()

  async partitions(topic: string): Promise<number | undefined> {
    return this.topics.get(topic)
  }

  async createTopic(topic: string, partitions: number): Promise<void> {
    this.topics.set(topic, partitions)
  }

  async openSource(topic: string, partition: number): Promise<PartitionSource> {
    const passage = new Passage()
    this.passages.set(`${topic}/${partition}`, passage)
    return passage
  }

  async openJob(): Promise<JobHome> {
    return {
      restore: () => [],
      append: (topic, partition, batch) => {
        const passage = this.passages.get(`${topic}/${partition}`)
        if (passage === undefined) return
        passage.append(batch)
        this.hiddenBytes += batch.length
      },
      commit: () => this.publish(),
      wantsSnapshot: false,
      close: async () => {},
    }
  }

  /** Lets all be read that was written. */
  publish(): void {
    this.hiddenBytes = 0
    for (const passage of this.passages.values()) passage.publish()
  }

  async close(): Promise<void> {}
}
