import type { Mark } from './state/log/marks-log.ts'

/** A mark, with the task that made it. */
export interface TaskMark extends Mark {
  readonly task: string
}

/** A stretch of whole record batches as they lie in the log. */
export interface RawChunk {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

/** One partition of a topic, read from some position on. */
export interface PartitionSource {
  /** What is new behind the position, or null. The bytes are valid until the next call. */
  poll(): RawChunk | null | Promise<RawChunk | null>
  /** The next poll begins with the batch that holds this offset. */
  seek(offset: number): void
  startOffset(): number
  /** Where readers end now: what lag is measured against. */
  endOffset(): number
  /** Resolves when there may be more, or the signal aborts. */
  changed(signal: AbortSignal): Promise<void>
  close(): void
}

/** What one commit says of the job's state. */
export interface CheckpointRecord {
  readonly kind: 'snapshot' | 'delta'
  readonly payload: Uint8Array
}

/**
 * Where the topics and the state of a job live: the embedded log, Kafka, or memory. The job's outputs,
 * positions and state are committed as one: all of it is seen after a crash, or none.
 */
export interface Home {
  /** Number of partitions of a topic; undefined where there is no such topic. */
  partitions(topic: string): Promise<number | undefined>
  createTopic(topic: string, partitions: number): Promise<void>
  openSource(topic: string, partition: number): Promise<PartitionSource>
  /** Takes the job's state and output topics for this process alone. */
  openJob(job: string, outputs: readonly string[]): Promise<JobHome>
  close(): Promise<void>
}

export interface JobHome {
  /** What was committed: the newest snapshot and the deltas behind it. */
  restore(): Iterable<CheckpointRecord>
  /** Appends one finished record batch; the bytes may be used again when it returns or resolves. */
  append(topic: string, partition: number, batch: Uint8Array): void | Promise<void>
  /** Makes durable and visible what was appended, together with the checkpoint. */
  commit(record: CheckpointRecord, marks: readonly TaskMark[]): void | Promise<void>
  /** Whether the next checkpoint had better be a snapshot, as the deltas have grown long. */
  readonly wantsSnapshot: boolean
  /** Where several runs share a job: who commits for all of them. */
  readonly lead?: Lead
  close(): Promise<void>
}

/** What a run tells, and is told by, the one that commits for it and for others. */
export interface Lead {
  /** Whether a commit is wanted at the next quiet moment, even if there is nothing new. */
  readonly wantsCommit: boolean
  /** A turn begins, which sees all that has been committed so far. */
  turning(): void
  /** The turn had nothing to do and all is committed; what others commit may change that. */
  idle(): void
  /** Resolves when a commit is wanted, others have committed since the turn began, or the signal aborts. */
  asked(signal: AbortSignal): Promise<void>
}
