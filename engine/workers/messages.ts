import type { CheckpointRecord, TaskMark } from '../home.ts'
import type { limits } from '../limits.ts'
import type { Progress } from '../progress.ts'
import type { Evolution } from '../recovery/task-state.ts'
import type { JobModule } from './job-module.ts'
import type { PostedError } from './posted-error.ts'
import type { ServiceModules } from './service-modules.ts'

/** What a worker thread begins with. */
export interface WorkerStart {
  readonly job: JobModule
  /** Its place among so many workers. */
  readonly index: number
  readonly count: number
  /** For the home that the worker's module opens. */
  readonly homeOptions: unknown
  readonly services: ServiceModules
  readonly limits: typeof limits
  readonly commitEveryMs: number
  readonly resetSteps: readonly string[]
  /** What was committed, in memory that all workers share. */
  readonly records: CheckpointRecord[]
}

export interface OutputBatch {
  readonly topic: string
  readonly partition: number
  readonly bytes: Uint8Array
}

/** What a worker has done since its last commit. */
export interface WorkerCommit extends CheckpointRecord {
  readonly batches: readonly OutputBatch[]
  readonly marks: readonly TaskMark[]
}

/**
 * To a worker. `published` counts the commits that gave the job's inputs something to read; `snapshot` asks for
 * one at the next quiet moment.
 */
export type ToWorker =
  | { readonly type: 'work'; readonly untilIdle: boolean }
  | { readonly type: 'snapshot' }
  | { readonly type: 'committed' }
  | { readonly type: 'published'; readonly published: number }
  | { readonly type: 'stop' }

/** From a worker. `idle` says up to which `published` it has found nothing to do. */
export type FromWorker =
  | { readonly type: 'ready'; readonly progress: Progress; readonly changes: readonly Evolution[] }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'commit'; readonly commit: WorkerCommit }
  | { readonly type: 'idle'; readonly published: number }
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'done'; readonly progress: Progress }
  | { readonly type: 'failed'; readonly error: PostedError }
