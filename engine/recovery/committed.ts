import type { CheckpointRecord } from '../home.ts'
import { decodeCheckpoint } from './checkpoint.ts'

/** What a job has committed, all of it as of one moment: so that another place can go on from it. */
export interface Committed {
  /** What a run would restore. */
  readonly records: readonly CheckpointRecord[]
  /** Tasks that have nothing to restore, beside others that have. */
  readonly unbegun: readonly string[]
  /** Where the topics between its stages ended, by partition. */
  readonly ends: Readonly<Record<string, readonly number[]>>
}

/** The topics that the tasks in these records read. */
export function topicsRead(records: readonly CheckpointRecord[], job: string): Set<string> {
  const parts = records.flatMap(record => decodeCheckpoint(record, job))
  return new Set(parts.flatMap(({ record }) => record.inputs.map(({ topic }) => topic)))
}
