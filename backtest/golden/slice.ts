import { existsSync } from 'node:fs'
import { openLogHome } from '../../connectors/log/home.ts'
import { emptyBatchHeader, readBatchHeader } from '../../engine/codec/record/batch.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { PartitionSource, TopicHome } from '../../engine/home.ts'
import { limits } from '../../engine/limits.ts'
import type { Range } from '../../engine/replay/range-source.ts'

/** A recorded slice: a directory of the embedded log that is small enough to be kept beside a job. */
export class Slice {
  readonly dir: string
  readonly home: TopicHome

  constructor(dir: string) {
    if (!existsSync(dir)) {
      const message = 'there is no such slice: `headrace record <topic> --to DIR` records one'
      throw new HeadraceError('HR_GOLDEN_FILE', message, { file: dir })
    }
    this.dir = dir
    this.home = openLogHome({ dir, fsync: 'never' })
  }

  /** What it has of each of the topics, by partition. */
  async ranges(topics: readonly string[]): Promise<ReadonlyMap<string, readonly Range[]>> {
    const found = new Map<string, readonly Range[]>()
    for (const topic of topics) {
      found.set(
        topic,
        await this.eachPartition(topic, source => ({
          from: source.startOffset(),
          until: source.endOffset(),
        })),
      )
    }
    const records = [...found.values()].flat().reduce((sum, { from, until }) => sum + until - from, 0)
    if (records <= limits.goldenRows) return found
    const message = `it has ${records} records, the limit is ${limits.goldenRows}: compare so many with replay and diff`
    throw new HeadraceError('HR_GOLDEN_FILE', message, { file: this.dir })
  }

  /** The record batches of a topic, by partition. */
  batches(topic: string): Promise<Uint8Array[][]> {
    return this.eachPartition(topic, async source => {
      const found: Uint8Array[] = []
      for (let chunk = await source.poll(); chunk !== null; chunk = await source.poll()) {
        const header = emptyBatchHeader()
        for (let at = chunk.start; at < chunk.end; at += header.batchLength) {
          readBatchHeader(chunk.bytes, at, header)
          if (header.recordCount > 0) found.push(chunk.bytes.slice(at, at + header.batchLength))
        }
      }
      return found
    })
  }

  private async eachPartition<T>(
    topic: string,
    look: (source: PartitionSource) => T | Promise<T>,
  ): Promise<T[]> {
    const partitions = await this.home.partitions(topic)
    if (partitions === undefined) {
      const message = `the slice ${this.dir} has no such topic: headrace record ${topic} --to ${this.dir}`
      throw new HeadraceError('HR_TOPIC_UNKNOWN', message, { topic })
    }
    const found: T[] = []
    for (let partition = 0; partition < partitions; partition++) {
      const source = await this.home.openSource(topic, partition)
      try {
        found.push(await look(source))
      } finally {
        source.close()
      }
    }
    return found
  }
}
