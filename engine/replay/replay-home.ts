import { HeadraceError } from '../errors.ts'
import type { Home, JobHome, PartitionSource, TopicHome, TopicRole } from '../home.ts'
import type { Range } from './range-source.ts'
import { RangeSource } from './range-source.ts'

export interface ReplayParts {
  /** Where the history is. Nothing is written there. */
  readonly history: TopicHome
  /** Where outputs and state go. */
  readonly results: Home
  /** What is read of each source topic, by partition. */
  readonly ranges: ReadonlyMap<string, readonly Range[]>
  /** Ends the waiting for records that are on their way. */
  readonly stopped: AbortSignal
}

/** A home for a job over a stretch of history, which leaves what the live job works on as it is. */
export class ReplayHome implements Home {
  private readonly parts: ReplayParts

  constructor(parts: ReplayParts) {
    this.parts = parts
  }

  async partitions(topic: string): Promise<number | undefined> {
    return this.parts.ranges.get(topic)?.length ?? this.parts.results.partitions(topic)
  }

  createTopic(topic: string, partitions: number, role?: TopicRole): Promise<void> {
    return this.parts.results.createTopic(topic, partitions, role)
  }

  async openSource(topic: string, partition: number, from?: 'earliest'): Promise<PartitionSource> {
    const { history, results, ranges, stopped } = this.parts
    const range = ranges.get(topic)?.[partition]
    if (range === undefined) return results.openSource(topic, partition, from)
    return new RangeSource(await history.openSource(topic, partition, 'earliest'), range, stopped)
  }

  async openJob(job: string, outputs: readonly string[]): Promise<JobHome> {
    const both = outputs.find(topic => this.parts.ranges.has(topic))
    if (both === undefined) return this.parts.results.openJob(job, outputs)
    const message = `the job writes to "${both}", which it also reads: a replay would not know its input from its output`
    throw new HeadraceError('HR_REPLAY_RANGE', message, { job, topic: both })
  }

  async close(): Promise<void> {
    await this.parts.results.close()
    await this.parts.history.close()
  }
}
