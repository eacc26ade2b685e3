import type { Position } from '../../../engine/home.ts'
import type { Commits } from './commits.ts'
import type { OffsetReports } from './offset-reports.ts'
import type { Producer } from './producer.ts'
import type { ProducerIdentity } from './producer-id.ts'

/**
 * At least once: what is written is visible at once, and state only follows when the outputs that belong to it are
 * there. The group's offsets come after that, as the job itself goes on from its state.
 */
export class AtLeastOnce implements Commits {
  readonly identity: ProducerIdentity
  private readonly reports: OffsetReports

  constructor(identity: ProducerIdentity, reports: OffsetReports) {
    this.identity = identity
    this.reports = reports
  }

  admit(): void {}

  async commit(
    producer: Producer,
    checkpoint: () => void | Promise<void>,
    positions: readonly Position[],
  ): Promise<void> {
    await producer.drained()
    await checkpoint()
    await producer.drained()
    this.reports.tell(positions)
  }

  /** Nothing can be taken back. */
  abort(): Promise<void> {
    return this.reports.settled()
  }
}
