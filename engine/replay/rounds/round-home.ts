import type { CheckpointRecord, JobHome, Position, TaskMark } from '../../home.ts'
import type { RoundCommit } from './round-worker.ts'

/** Keeps what tasks commit for the one who commits for all of them. */
export class RoundHome implements JobHome {
  readonly append: JobHome['append']
  wantsSnapshot = false
  committed: RoundCommit | undefined
  private readonly records: Iterable<CheckpointRecord>

  constructor(records: Iterable<CheckpointRecord>, append: JobHome['append']) {
    this.records = records
    this.append = append
  }

  restore(): Iterable<CheckpointRecord> {
    return this.records
  }

  commit(record: CheckpointRecord, marks: readonly TaskMark[], positions: readonly Position[] = []): void {
    this.committed = { ...record, marks, positions }
  }

  /** The real one is closed by who holds it. */
  async close(): Promise<void> {}
}
