import type { Position } from '../../../engine/home.ts'
import type { Producer } from './producer.ts'
import type { ProducerIdentity } from './producer-id.ts'

/** How what a task has written comes to count. */
export interface Commits {
  /** Who writes. */
  readonly identity: ProducerIdentity
  /** Batches may go to the partition when this returns or resolves. */
  admit(topic: string, partition: number): void | Promise<void>
  /** Has what the producer was given so far count together with what `checkpoint` gives it, and with the group's offsets. */
  commit(
    producer: Producer,
    checkpoint: () => void | Promise<void>,
    positions: readonly Position[],
  ): Promise<void>
  /** The end: what was written since the last commit is not to count, as far as that is possible. */
  abort(): Promise<void>
}
