import { readBatchHeader } from '../../engine/codec/record/batch.ts'
import { setBaseOffset } from '../../engine/codec/record/write.ts'
import type { Home, JobHome, PartitionSource, RawChunk } from '../../engine/home.ts'

/** A partition between two stages: its batches are let go as they are read. */
class Channel implements PartitionSource {
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

  /** It is read once, from its beginning. */
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

/** A home where a job's stages hand rows on to each other and nothing else is kept: neither outputs nor state. */
export class TracingHome implements Home {
  private readonly topics = new Map<string, number>()
  private readonly channels = new Map<string, Channel>()

  async partitions(topic: string): Promise<number | undefined> {
    return this.topics.get(topic)
  }

  async createTopic(topic: string, partitions: number): Promise<void> {
    this.topics.set(topic, partitions)
  }

  async openSource(topic: string, partition: number): Promise<PartitionSource> {
    const channel = new Channel()
    this.channels.set(`${topic}/${partition}`, channel)
    return channel
  }

  async openJob(): Promise<JobHome> {
    return {
      restore: () => [],
      append: (topic, partition, batch) => this.channels.get(`${topic}/${partition}`)?.append(batch),
      commit: () => {
        for (const channel of this.channels.values()) channel.publish()
      },
      wantsSnapshot: false,
      close: async () => {},
    }
  }

  async close(): Promise<void> {}
}
