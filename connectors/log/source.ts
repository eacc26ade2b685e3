import { HeadraceError } from '../../engine/errors.ts'
import type { PartitionSource, RawChunk } from '../../engine/home.ts'
import { limits } from '../../engine/limits.ts'
import type { LogConfig } from './config.ts'
import { PartitionReader } from './partition-reader.ts'
import { describeTopic, partitionDirectory } from './topic-store.ts'

/** Reads a partition in large steps, always into the same buffer. */
export class LogSource implements PartitionSource {
  readonly #reader: PartitionReader
  #buffer: Uint8Array = Buffer.allocUnsafeSlow(limits.fetchBytes)
  #position: number

  private constructor(reader: PartitionReader) {
    this.#reader = reader
    this.#position = reader.startOffset()
  }

  static open({ dir, files }: LogConfig, topic: string, partition: number): LogSource {
    if (partition >= describeTopic(dir, topic).partitions) {
      throw new HeadraceError('HR_TOPIC_UNKNOWN', 'there is no such partition', { topic, partition })
    }
    return new LogSource(PartitionReader.open(partitionDirectory(dir, topic, partition), { files }))
  }

  poll(): RawChunk | null {
    const { bytes, nextOffset } = this.#reader.read(this.#position, this.#buffer.length, this.#buffer)
    if (bytes.length === 0) return null
    this.#position = nextOffset
    // Where one batch is larger than the buffer, others will be.
    if (bytes.length > this.#buffer.length) this.#buffer = bytes
    return { bytes, start: 0, end: bytes.length }
  }

  seek(offset: number): void {
    this.#position = offset
  }

  startOffset(): number {
    return this.#reader.startOffset()
  }

  endOffset(): number {
    return this.#reader.endOffset()
  }

  async changed(signal: AbortSignal): Promise<void> {
    try {
      await this.#reader.changed(signal, this.#position)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  close(): void {
    this.#reader.close()
  }
}
