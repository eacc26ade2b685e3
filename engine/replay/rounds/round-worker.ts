import type { CheckpointRecord, Position, TaskMark } from '../../home.ts'
import type { Progress } from '../../progress.ts'
import type { OutputBatch } from '../../workers/messages.ts'

/** What a task has written in a round. */
export interface TaskOutputs {
  readonly task: string
  readonly batches: readonly OutputBatch[]
}

export interface RoundReport {
  /** False: no task had anything to do. */
  readonly worked: boolean
  /** Times of the next records of the sources that set the pace. */
  readonly next: readonly number[]
  /** What is still to be given to the home. */
  readonly outputs: readonly TaskOutputs[]
}

/** What tasks would have to know to go on from the end of a round. */
export interface RoundCommit extends CheckpointRecord {
  readonly marks: readonly TaskMark[]
  readonly positions: readonly Position[]
}

/** Some of the tasks of a replay, here or in another thread. */
export interface RoundWorker {
  readonly progress: Progress
  /** Before the first round: times of the next records, as a report has them. */
  next(): Promise<readonly number[]>
  /** Reads what the sources have of before a time. What it gives means nothing when the replay was stopped meanwhile. */
  round(before: number): Promise<RoundReport>
  /** At the end of a round; a snapshot where it is asked for, or is the first. */
  commit(snapshot: boolean): Promise<RoundCommit>
  close(): Promise<void>
}
