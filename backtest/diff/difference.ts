import type { FieldDifference } from './field-tally.ts'
import type { KeyDifference } from './key-tally.ts'
import type { MeansOverTime } from './mean-tally.ts'
import type { PlainRow, PlainValue } from './row-values.ts'
import type { Unread } from './side.ts'
import type { TimeBucket } from './time-tally.ts'

/** Keys that one side has more than once. */
export interface Repeated {
  readonly keys: number
  /** Rows beyond the first of each. */
  readonly rows: number
}

/** A row that is not the same on both sides. */
export interface ChangedRow {
  readonly key: PlainRow
  readonly time: number
  /** The largest change in it, in how large values of that field are on the average. */
  readonly size: number
  readonly fields: readonly { readonly field: string; readonly a: PlainValue; readonly b: PlainValue }[]
}

/** A row that only one side has. */
export interface LoneRow {
  readonly time: number
  readonly row: PlainRow
}

export interface BothSides<T> {
  readonly a: T
  readonly b: T
}

/** What two outputs have in common, and what not. */
export interface Difference {
  readonly topic: string
  readonly names: BothSides<string>
  readonly key: readonly string[]
  readonly compared: readonly string[]
  readonly ignored: readonly string[]
  /** Those among all of these that are times. */
  readonly times: readonly string[]
  readonly rows: BothSides<number>
  readonly isEqual: boolean
  readonly equal: number
  /** Those of the equal rows that would differ without tolerances. */
  readonly near: number
  readonly changed: number
  readonly onlyA: number
  readonly onlyB: number
  readonly repeated: BothSides<Repeated>
  readonly unread: BothSides<Unread>
  readonly fields: readonly FieldDifference[]
  readonly biggest: readonly ChangedRow[]
  readonly firstOnlyA: readonly LoneRow[]
  readonly firstOnlyB: readonly LoneRow[]
  readonly byKey: {
    readonly columns: readonly string[]
    /** How many differ in something. */
    readonly count: number
    /** Whether there were so many keys that counts may be too low. */
    readonly isRough: boolean
    readonly top: readonly KeyDifference[]
  }
  readonly overTime: {
    readonly bucketMs: number
    readonly buckets: readonly TimeBucket[]
    /** Of each field of numbers, by bucket. */
    readonly means: readonly MeansOverTime[]
  }
}
