import type { PartitionSource } from '../../engine/home.ts'

/** One of the two outputs that are compared. */
export interface Side {
  /** For people. */
  readonly name: string
  readonly partitions: readonly SidePartition[]
}

/** Records from `start` up to `end` are compared. */
export interface SidePartition {
  readonly source: PartitionSource
  readonly start: number
  readonly end: number
}

/** Records that are in no row. */
export interface Unread {
  /** Tombstones. */
  withoutValue: number
  undecodable: number
  /** Of the first that cannot be decoded. */
  problem: string | null
}

/** A stretch of the time that records bear, which is the event time of their rows where a job has written them. */
export interface RecordTimes {
  readonly from: number
  readonly until: number
}

export type SideName = 'a' | 'b'
