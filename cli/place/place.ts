import type { CheckpointRecord, PartitionSource, Position, TaskMark } from '../../engine/home.ts'
import type { Committed } from '../../engine/recovery/committed.ts'

/** Where a partition is looked at: its first record, behind its last, or the first record not older than a time. */
export type Moment = 'earliest' | 'latest' | number

export interface PartitionView {
  readonly partition: number
  /** Null where nobody leads the partition. */
  readonly startOffset: number | null
  readonly endOffset: number | null
  /** Null for who may not know. */
  readonly bytes: number | null
  /** On the embedded log: that of the last batch. */
  readonly lastTimestamp?: string | null
  /** On Kafka: nodes; -1 for no leader. */
  readonly leader?: number
  readonly replicas?: readonly number[]
  readonly inSync?: readonly number[]
}

export interface TopicView {
  readonly topic: string
  readonly partitions: readonly PartitionView[]
  readonly records: number
  readonly bytes: number | null
  /** How long and how much is kept, in words; null for who may not know. */
  readonly retention: string | null
  /** What is wrong with it; null if nothing is. */
  readonly trouble: string | null
  readonly internal: boolean
}

/** Somebody who works on partitions. */
export interface Worker {
  readonly name: string
  readonly host: string
  readonly partitions: ReadonlySet<string>
}

/** Writes finished record batches to a topic, outside of any job. */
export interface Appender {
  readonly partitions: number
  /** The bytes may be used again when it returns or resolves. */
  append(partition: number, batch: Uint8Array): void | Promise<void>
  /** Makes durable and visible what was appended. */
  commit(): void | Promise<void>
  close(): void | Promise<void>
}

/** The topics, and what is kept of jobs, as commands look at them: on the embedded log or on Kafka. */
export interface Place {
  /** For messages. */
  readonly where: string
  partitions(topic: string): Promise<number | undefined>
  openSource(topic: string, partition: number): Promise<PartitionSource>
  createTopic(topic: string, partitions: number): Promise<void>
  openAppender(topic: string): Promise<Appender>
  /** All topics, or those that are named: then a name that is none is an error. */
  view(names?: readonly string[]): Promise<TopicView[]>
  /** By partition. Where no record is as young as a time, the end. */
  offsets(topic: string, at: Moment): Promise<number[]>
  /** How far a job has read. */
  positions(job: string): Promise<Position[]>
  /** Who works on a job, as far as can be known. */
  workers(job: string): Promise<Worker[]>
  /** What a run would restore of a job: of each task, or of all together, a snapshot and the deltas behind it. */
  stored(job: string): Promise<CheckpointRecord[]>
  /** The same, so that another place can go on from it, whether or not the job is at work. */
  committed(job: string): Promise<Committed>
  /** What a replay of the job's run has to repeat. */
  marks(job: string): Promise<TaskMark[]>
  /** The jobs that have state, sorted. */
  jobs(): Promise<string[]>
  close(): Promise<void>
}

export function partitionKey(topic: string, partition: number): string {
  return `${topic}-${partition}`
}

/** Added up; null where a part is not known. */
export function sumOrNull(parts: readonly (number | null)[]): number | null {
  return parts.includes(null) ? null : parts.reduce<number>((sum, part) => sum + (part ?? 0), 0)
}

export function recordsOf(partitions: readonly PartitionView[]): number {
  return partitions.reduce(
    (sum, { startOffset, endOffset }) => sum + (endOffset ?? 0) - (startOffset ?? 0),
    0,
  )
}
