import type { Position } from '../../../engine/home.ts'
import type { Notify } from '../config.ts'
import { firstCode } from '../protocol/by-topic.ts'
import { KAFKA, kafkaError, refused } from '../protocol/kafka-errors.ts'
import type { GroupIdentity } from '../protocol/offset-commit.ts'
import { offsetCommit, outsider } from '../protocol/offset-commit.ts'
import type { CoordinatedCluster } from './ask-coordinator.ts'
import { askCoordinator } from './ask-coordinator.ts'
import type { Commits } from './commits.ts'
import type { Producer } from './producer.ts'
import type { ProducerIdentity } from './producer-id.ts'

/** The group is other than we know it: what we may say there, we learn by its next rebalance. */
const regrouping: ReadonlySet<number> = new Set([
  KAFKA.ILLEGAL_GENERATION,
  KAFKA.UNKNOWN_MEMBER_ID,
  KAFKA.REBALANCE_IN_PROGRESS,
  KAFKA.FENCED_INSTANCE_ID,
])

export interface AtLeastOnceParts {
  readonly cluster: CoordinatedCluster
  readonly identity: ProducerIdentity
  readonly group: string
  /** This process in the group, if it has joined it. */
  readonly membership?: () => GroupIdentity | null
}

/**
 * At least once: what is written is visible at once, and state only follows when the outputs that belong to it are
 * there. The group's offsets are for those who measure lag: the job itself goes on from its state.
 */
export class AtLeastOnce implements Commits {
  readonly identity: ProducerIdentity
  private readonly parts: AtLeastOnceParts
  private readonly notify: Notify
  private refusals = 0

  constructor(parts: AtLeastOnceParts) {
    this.identity = parts.identity
    this.parts = parts
    this.notify = parts.cluster.notify
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
    if (positions.length > 0) await this.commitOffsets(positions)
  }

  async abort(): Promise<void> {}

  private async commitOffsets(positions: readonly Position[]): Promise<void> {
    const { cluster, group, membership } = this.parts
    const request = offsetCommit(group, membership?.() ?? outsider, positions)
    const answer = await askCoordinator({ cluster, kind: 'group', key: group }, request, firstCode)
    const code = firstCode(answer)
    if (code === KAFKA.NONE) this.refusals = 0
    else if (regrouping.has(code)) this.passedOver(code)
    else throw refused(`${request.name} for ${group}`, code)
  }

  /** Once is usual while the group rebalances, and mended by the next commit. */
  private passedOver(code: number): void {
    this.refusals++
    if (this.refusals !== 2) return
    const { name } = kafkaError(code)
    this.notify({
      message: `group ${this.parts.group} takes no offsets from us (${name}): lag looks larger than it is`,
    })
  }
}
