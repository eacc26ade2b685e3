import type { Position } from '../../../engine/home.ts'
import type { Notify } from '../config.ts'
import { firstCode } from '../protocol/by-topic.ts'
import { KAFKA, kafkaError, refused } from '../protocol/kafka-errors.ts'
import type { GroupIdentity } from '../protocol/offset-commit.ts'
import { offsetCommit, outsider } from '../protocol/offset-commit.ts'
import type { CoordinatedCluster } from './ask-coordinator.ts'
import { askCoordinator } from './ask-coordinator.ts'

/** The group is other than we know it: what we may say there, we learn by its next rebalance. */
const regrouping: ReadonlySet<number> = new Set([
  KAFKA.ILLEGAL_GENERATION,
  KAFKA.UNKNOWN_MEMBER_ID,
  KAFKA.REBALANCE_IN_PROGRESS,
  KAFKA.FENCED_INSTANCE_ID,
])

/** As whom offsets are committed: once a group has members, only they may. */
export type Identity = () => GroupIdentity | null

/** Tells a group how far a task has read, for those who measure lag, beside the work: the newest is what counts. */
export class OffsetReports {
  private readonly cluster: CoordinatedCluster
  private readonly group: string
  private readonly identity: Identity
  private readonly notify: Notify
  private newest: readonly Position[] | undefined
  private underway: Promise<void> | undefined
  private failure: { readonly error: unknown } | undefined
  private refusals = 0

  constructor(cluster: CoordinatedCluster, group: string, identity: Identity = () => null) {
    this.cluster = cluster
    this.group = group
    this.identity = identity
    this.notify = cluster.notify
  }

  /** Throws what has become of an earlier report, where it is not to be mended. */
  tell(positions: readonly Position[]): void {
    if (this.failure !== undefined) throw this.failure.error
    if (positions.length === 0) return
    this.newest = positions
    this.underway ??= this.send()
  }

  /** Resolves when nothing is left to be told. */
  async settled(): Promise<void> {
    await this.underway
  }

  private async send(): Promise<void> {
    try {
      for (let next = this.newest; next !== undefined; next = this.newest) {
        this.newest = undefined
        await this.commit(next)
      }
    } catch (error) {
      this.failure = { error }
    } finally {
      this.underway = undefined
    }
  }

  private async commit(positions: readonly Position[]): Promise<void> {
    const { cluster, group } = this
    const request = offsetCommit(group, this.identity() ?? outsider, positions)
    const code = firstCode(await askCoordinator({ cluster, kind: 'group', key: group }, request, firstCode))
    if (code === KAFKA.NONE) this.refusals = 0
    else if (regrouping.has(code)) this.passedOver(code)
    else throw refused(`${request.name} for ${group}`, code)
  }

  /** Once is usual while the group is rearranged, and mended by the next report. */
  private passedOver(code: number): void {
    this.refusals++
    if (this.refusals !== 2) return
    const reason = kafkaError(code).name
    this.notify({
      message: `group ${this.group} takes no offsets from us (${reason}): its lag looks larger than it is`,
    })
  }
}
