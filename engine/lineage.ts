/** A row that a step has computed, as far as it says which rows are behind it. */
export interface ComputedRow {
  readonly row: Readonly<Record<string, unknown>>
  /** Its event time. */
  readonly time: number
}

/** Columns of the rows that were taken, and of those that were computed. */
export type SharedColumns = readonly (readonly [taken: string, computed: string])[]

/** Which rows of one input are behind a computed row. Those that came too late never are: the step has said so. */
export interface InputLineage {
  /** The key, which both have: rows of all keys, where there is none. */
  readonly key: SharedColumns
  /** Other columns that go over unchanged. */
  readonly same?: SharedColumns
  /** Whether a row of this event time is one of them. */
  readonly within: (computed: ComputedRow, time: number) => boolean
  /** The same for rows that came too late, where these cannot be told as exactly. */
  readonly near?: (computed: ComputedRow, time: number) => boolean
  /** Rows that came when the watermark had reached this do not count in it, though they may count elsewhere. */
  readonly closesAt?: (computed: ComputedRow) => number
  /** Only so many of them, the last before the row was computed, by event time or as they came. */
  readonly newest?: {
    readonly rows: number
    readonly by: 'time' | 'arrival'
    /** How many rows lie between the last rows of two that are computed, where that is so. */
    readonly every?: number
  }
}

/**
 * What a step tells of the rows that it computes, for those who want one explained; nothing is computed with it. Steps
 * that pass rows on, with whatever columns, need none.
 */
export interface Lineage {
  readonly inputs: readonly InputLineage[]
  /** Whether just these rows are behind it. False: rows among them are, and only the step's function knows which. */
  readonly exact: boolean
  /** Whether the row that was there when it was computed may be behind it, or only rows before that. */
  readonly withCause: boolean
}

export function sameNames(names: readonly string[]): SharedColumns {
  return names.map(name => [name, name])
}
