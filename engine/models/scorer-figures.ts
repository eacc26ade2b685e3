/** What a scorer has done since it was opened. */
export interface ScorerFigures {
  readonly model: string
  /** The version that answers. */
  readonly version: number
  /** So many rows at a time cost this version least. */
  readonly batchRows: number
  readonly calls: number
  readonly rows: number
  /** Time of day that runs of the model took. */
  readonly seconds: number
  /** Runs that threw or took too long. */
  readonly failures: number
  /** Rows that the fallback answered. */
  readonly fallbacks: number
  /** Rows whose answer was remembered. */
  readonly remembered: number
  /** Times that another version took over. */
  readonly swaps: number
  /** Versions that were to serve and could not be loaded. */
  readonly refused: number
  readonly breaker: 'open' | 'closed'
  /** Of a model that scores beside it; null for none. */
  readonly shadow: ShadowFigures | null
}

export interface ShadowFigures {
  readonly version: number
  /** Rows that both have scored, and that were compared. */
  readonly rows: number
  readonly failures: number
  /** By output; of a vector over all of its values, of text the mean is the share of rows that differ. */
  readonly differences: Readonly<Record<string, Difference>>
}

export interface Difference {
  readonly mean: number
  readonly max: number
  /** Share of rows that differ by more than the tolerance. */
  readonly beyond: number
}
