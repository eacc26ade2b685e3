import type { CheckpointRecord, TaskMark } from '../../home.ts'
import type { limits } from '../../limits.ts'
import type { Progress } from '../../progress.ts'
import type { Evolution } from '../../recovery/task-state.ts'
import type { JobModule } from '../../workers/job-module.ts'
import type { PostedError } from '../../workers/posted-error.ts'
import type { ServiceModules } from '../../workers/service-modules.ts'
import type { RoundCommit, RoundReport } from './round-worker.ts'

/** What a thread of a replay begins with. */
export interface RoundStart {
  readonly job: JobModule
  /** Its place among so many threads. */
  readonly index: number
  readonly count: number
  /** For what the thread's module opens. */
  readonly options: unknown
  readonly services: ServiceModules
  readonly limits: typeof limits
  readonly marks: readonly TaskMark[]
  /** What was committed, in memory that all threads share. */
  readonly records: CheckpointRecord[]
}

/** To a thread, which is asked for one thing at a time; `stop` has no answer. */
export type ToRounds =
  | { readonly type: 'next' }
  | { readonly type: 'round'; readonly before: number }
  | { readonly type: 'commit'; readonly snapshot: boolean }
  | { readonly type: 'close' }
  | { readonly type: 'stop' }

/** From a thread: answers to what it was asked for, in that order, and what else there is to say. */
export type FromRounds =
  | {
      readonly type: 'answer'
      readonly answer: readonly number[] | RoundReport | RoundCommit | null
      readonly progress: Progress
    }
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'evolved'; readonly changes: readonly Evolution[] }
  | { readonly type: 'failed'; readonly error: PostedError }
