import type { Home, JobHome, PartitionSource } from '../home.ts'

/** The home of a worker: topics are read where they are, the job is the main thread's. */
export class WorkerHome implements Home {
  private readonly topics: Home
  private readonly jobHome: JobHome

  constructor(topics: Home, jobHome: JobHome) {
    this.topics = topics
    this.jobHome = jobHome
  }

  partitions(topic: string): Promise<number | undefined> {
    return this.topics.partitions(topic)
  }

  createTopic(topic: string, partitions: number): Promise<void> {
    return this.topics.createTopic(topic, partitions)
  }

  openSource(topic: string, partition: number): Promise<PartitionSource> {
    return this.topics.openSource(topic, partition)
  }

  async openJob(): Promise<JobHome> {
    return this.jobHome
  }

  close(): Promise<void> {
    return this.topics.close()
  }
}
