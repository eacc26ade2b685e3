import type { StoreOptions } from '../../../cli/stores.ts'
import type { SubjectName } from '../subjects.ts'

/** What a process of the engine is told first. After that: `stop`, or milliseconds for which it is to be blocked. */
export interface EngineOptions {
  readonly subject: SubjectName
  readonly brokers: readonly string[]
  readonly stores: StoreOptions
  /** The directory of its models, where it has any. */
  readonly modelsDir?: string | undefined
  readonly workers: number
  readonly commitEveryMs: number
  readonly sessionMs: number
  readonly transactionMs: number
  /** Stop when all that is there has been read, instead of running on. */
  readonly untilIdle: boolean
}

/** What it says, a line at a time. */
export type EngineWords = EngineProgress | { readonly note: string }

export interface EngineProgress {
  readonly commits: number
  readonly lag: number
  /** Of the group, as this process knows it; -1 while it is not in it. */
  readonly generation: number
}
