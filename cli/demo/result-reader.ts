import type { Home, PartitionSource } from '../../engine/home.ts'
import { RowReader } from '../../engine/io/row-reader.ts'
import type { TopicSpec } from '../../engine/topic.ts'

/** Reads a topic of the job's results as they are committed. */
export class ResultReader<T> {
  private readonly readers: readonly RowReader<T>[]
  private readonly sources: readonly PartitionSource[]
  private readonly take: (row: T) => void

  static async open<T>(home: Home, topic: TopicSpec, take: (row: T) => void): Promise<ResultReader<T>> {
    const count = (await home.partitions(topic.name)) ?? 0
    const sources = await Promise.all(Array.from({ length: count }, (_, k) => home.openSource(topic.name, k)))
    return new ResultReader<T>(topic, sources, take)
  }

  private constructor(topic: TopicSpec, sources: readonly PartitionSource[], take: (row: T) => void) {
    this.sources = sources
    this.readers = sources.map((source, k) => new RowReader<T>(topic, k, source, source.endOffset()))
    this.take = take
  }

  async update(): Promise<void> {
    for (const reader of this.readers) {
      for (let records = await reader.read(); records.length > 0; records = await reader.read()) {
        for (const { row } of records) if (row !== null) this.take(row)
      }
    }
  }

  close(): void {
    for (const source of this.sources) source.close()
  }
}
