import type { CheckpointRecord, Home, JobHome, PartitionSource, TaskMark, TopicRole } from '../engine/home.ts'

/** A home where the job's state grows and nobody hears of its results: for the records before those that count. */
export class UnheardHome implements Home {
  private readonly home: Home
  /** What the job writes to others. */
  private readonly results: ReadonlySet<string>

  constructor(home: Home, results: ReadonlySet<string>) {
    this.home = home
    this.results = results
  }

  partitions(topic: string): Promise<number | undefined> {
    return this.home.partitions(topic)
  }

  createTopic(topic: string, partitions: number, role?: TopicRole): Promise<void> {
    return this.home.createTopic(topic, partitions, role)
  }

  openSource(topic: string, partition: number, from?: 'earliest'): Promise<PartitionSource> {
    return this.home.openSource(topic, partition, from)
  }

  async openJob(job: string, outputs: readonly string[]): Promise<JobHome> {
    const jobHome = await this.home.openJob(job, outputs)
    const { results } = this
    return {
      restore: () => jobHome.restore(),
      append: (topic, partition, batch) => {
        if (!results.has(topic)) return jobHome.append(topic, partition, batch)
      },
      commit: (record: CheckpointRecord, marks: readonly TaskMark[]) => jobHome.commit(record, marks),
      get wantsSnapshot() {
        return jobHome.wantsSnapshot
      },
      close: () => jobHome.close(),
    }
  }

  close(): Promise<void> {
    return this.home.close()
  }
}
