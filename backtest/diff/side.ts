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

export type SideName = 'a' | 'b'
