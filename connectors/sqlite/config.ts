/** Plain data: it goes to worker threads as it is. */
export interface SqliteOptions {
  /** The data folder: `features.db`, `series.db` and `hashes.db` lie in it, beside the log and the state. */
  readonly dir: string
  /** With `commit`, what is flushed survives a power cut; with `never`, the end of the process. Default: commit. */
  readonly fsync?: 'commit' | 'never'
  /** Points older than so many milliseconds are deleted; without it, none. */
  readonly retentionMs?: number | undefined
}

/** The time of day, in milliseconds. */
export type Now = () => number
