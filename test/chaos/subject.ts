import type { Job } from '../../engine/job.ts'
import type { FeatureView } from '../../engine/stores/feature-view.ts'
import type { Series } from '../../engine/stores/series.ts'
import type { JobModule } from '../../engine/workers/job-module.ts'
import type { Outcome } from './outputs.ts'
import type { Sent } from './row-batches.ts'

/** A job that is disturbed, and what is particular to it. */
export interface Subject {
  readonly job: Job
  /** Where worker threads find it. */
  readonly module: JobModule
  /** Topics that it reads, and the partitions of each. */
  readonly inputs: readonly string[]
  readonly partitions: number
  /** How far the records of an output have to come in the same order: all of a partition, those of a key, or not. */
  orderIn(topic: string): 'partition' | 'key' | 'none'
  /** Views, each with the number of its entities, which are called 0, 1 and so on. */
  readonly views: readonly { readonly view: FeatureView; readonly entities: number }[]
  readonly series: readonly Series[]
  /** The same input for the same seed. */
  input(seed: number): SubjectInput
  /** What is wrong with an outcome that is as that of an uninterrupted run. */
  faultIn(outcome: Outcome): string | undefined
}

/** Input without end. */
export interface SubjectInput {
  /** Rows so far. */
  readonly rows: number
  /** The next stretch of event time. */
  chunk(): Sent[]
  /** The last rows: behind them nothing is undecided. */
  sentinels(): Sent[]
}
