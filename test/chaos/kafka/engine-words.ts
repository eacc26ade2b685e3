/** What a process of the engine is told first; any line after that has it stop in order. */
export interface EngineOptions {
  readonly brokers: readonly string[]
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
