import { isHeadraceError } from '../../engine/errors.ts'
import type { Home, JobHome, PartitionSource } from '../../engine/home.ts'
import type { LogConfig, LogHomeOptions } from './config.ts'
import { completeConfig } from './config.ts'
import { LogJobHome } from './job-home.ts'
import { LogSource } from './source.ts'
import { createTopic, describeTopic } from './topic-store.ts'

/** One data folder as the home of topics and of jobs' state, with no server. */
export class LogHome implements Home {
  readonly config: LogConfig

  constructor(options: LogHomeOptions) {
    this.config = completeConfig(options)
  }

  async partitions(topic: string): Promise<number | undefined> {
    try {
      return describeTopic(this.config.dir, topic).partitions
    } catch (error) {
      if (isHeadraceError(error, 'HR_TOPIC_UNKNOWN')) return undefined
      throw error
    }
  }

  async createTopic(topic: string, partitions = this.config.partitionsForNewTopics): Promise<void> {
    const { dir, segmentBytes, retentionMs, retentionBytes } = this.config
    createTopic(dir, topic, { partitions, segmentBytes, retentionMs, retentionBytes })
  }

  async openSource(topic: string, partition: number): Promise<PartitionSource> {
    return LogSource.open(this.config, topic, partition)
  }

  async openJob(job: string, outputs: readonly string[]): Promise<JobHome> {
    return LogJobHome.open(this.config, job, outputs)
  }

  /** Nothing to do: sources and jobs are closed by who opened them. */
  async close(): Promise<void> {}
}

export function openLogHome(options: LogHomeOptions): LogHome {
  return new LogHome(options)
}
