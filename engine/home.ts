import type { AbortedTransactions } from './codec/record/aborted.ts'
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
  /** Where it also holds records that were never committed. */
  readonly aborted?: AbortedTransactions | undefined
  /** The position of the reader is lost, and this is where it goes on, perhaps without bytes; the source has told why. */
  readonly movedTo?: number | undefined
}

/** One partition of a topic, read from some position on. */
export interface PartitionSource {
  /** What is new behind the position, or null. The bytes are valid until the next call. */
  poll(): RawChunk | null | Promise<RawChunk | null>
  /** The next poll begins with the batch that holds this offset. */
  seek(offset: number): void
  startOffset(): number
  /** Where readers end, as far as is known here: what lag is measured against. */
  endOffset(): number
  /** The same asked anew, where `endOffset` may be out of date. */
  freshEnd?(): Promise<number>
  /**
   * False where nothing at hand does not mean that nothing is there: it is still on its way, or has not been asked
   * for. Silence counts from when the end was reached.
   */
  atEnd?(): boolean
  /** Records from this offset on are not for this reader. */
  readonly until?: number
  /** Resolves when there may be more, or the signal aborts. */
  changed(signal: AbortSignal): Promise<void>
  close(): void
}

/** How far a task has read one partition: the offset of the next record. */
export interface Position {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** What one commit says of the job's state. */
export interface CheckpointRecord {
  readonly kind: 'snapshot' | 'delta'
  readonly payload: Uint8Array
}

/** Whether others read or write it too, or it is the engine's own: between two stages, for dead letters, or for what was counted. */
export type TopicRole = 'output' | 'repartition' | 'dead-letter' | 'audit'

/** Where topics live. */
export interface TopicHome {
  /** Number of partitions of a topic; undefined where there is no such topic. */
  partitions(topic: string): Promise<number | undefined>
  /** Makes a topic that is missing. A home may refuse where the topic is not of the engine's own. */
  createTopic(topic: string, partitions: number, role?: TopicRole): Promise<void>
  /** A reader of one partition. It begins where the deployment says, or with `from` at the first record. */
  openSource(topic: string, partition: number, from?: 'earliest'): Promise<PartitionSource>
  close(): Promise<void>
}

/**
 * Where the topics and the state of a job live: the embedded log, Kafka, or memory. The job's outputs,
 * positions and state are committed as one: all of it is seen after a crash, or none.
 */
export interface Home extends TopicHome {
  /** Takes the job's state and output topics for this process alone. */
  openJob(job: string, outputs: readonly string[]): Promise<JobHome>
}

export interface JobHome {
  /** What was committed: the newest snapshot and the deltas behind it. */
  restore(): Iterable<CheckpointRecord>
  /** Appends one finished record batch; the bytes may be used again when it returns or resolves. */
  append(topic: string, partition: number, batch: Uint8Array): void | Promise<void>
  /**
   * Makes durable and visible what was appended, together with the checkpoint. The checkpoint knows the
   * positions: they are given for homes that tell others how far the job has read.
   */
  commit(
    record: CheckpointRecord,
    marks: readonly TaskMark[],
    positions?: readonly Position[],
  ): void | Promise<void>
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

/** A task of a job, as a home knows it that spreads tasks over processes. */
export interface SharedTask {
  /** Its stage and partition, as in `0-3`. */
  readonly name: string
  readonly stage: number
  readonly partition: number
  /** The topics that it reads, each at its own partition. */
  readonly inputs: readonly string[]
  /** Those of them that an earlier stage writes, and that nobody else reads. */
  readonly repartitions?: readonly string[]
  /** Whether a step of it keeps state: then its keys must not move to other partitions. */
  readonly stateful: boolean
}

/** What a process brings to a group of them. */
export interface GroupPlan {
  readonly job: string
  readonly tasks: readonly SharedTask[]
  /** Threads that work on tasks here: who has more of them gets more tasks. */
  readonly capacity: number
}

/** A home that several processes work on. Each task commits for itself, and can go on in any of them. */
export interface SharedHome extends TopicHome {
  /** Before any task is opened: makes and checks what is kept for the tasks of the job. */
  prepare(job: string, tasks: readonly SharedTask[]): Promise<void>
  /** Takes a task's state and its part of the outputs for this process alone: whoever had it can commit no more. */
  openTask(job: string, task: SharedTask, outputs: readonly string[]): Promise<JobHome>
  join(plan: GroupPlan): Promise<Membership>
  /** Whether whoever has these tasks has read, and committed, all that earlier stages have written for them. */
  haveCaughtUp(job: string, tasks: readonly SharedTask[]): Promise<boolean>
  /** As whom the tasks opened here speak to the group: what the membership gives, which may be another thread's. */
  admit?(pass: unknown): void
}

/** A process among those that share the tasks of a job. */
export interface Membership {
  /**
   * Resolves with the names of the tasks that are ours after each rebalance, the newest if there were several since
   * it was last asked. Rejects when membership has ended for good, or the signal aborts.
   */
  next(signal: AbortSignal): Promise<readonly string[]>
  /** Topics have got more partitions: joins again with what there is to do now. */
  replan(plan: GroupPlan): void
  /** Has the group think again: what was assigned to us could not be kept. */
  rejoin(reason: string): void
  /** Plain data for `admit`, new with each rebalance. */
  pass?(): unknown
  /** The group goes on without us at present: that we have no tasks does not mean that nothing is to be done. */
  readonly isOut?: boolean
  leave(): Promise<void>
}
