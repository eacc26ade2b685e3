import { limits } from '../../../engine/limits.ts'
import { heartbeat } from '../protocol/heartbeat.ts'
import { joinGroup } from '../protocol/join-group.ts'
import { KAFKA } from '../protocol/kafka-errors.ts'
import { leaveGroup } from '../protocol/leave-group.ts'
import type { GroupIdentity } from '../protocol/offset-commit.ts'
import { syncGroup } from '../protocol/sync-group.ts'
import { consumerProtocolType } from './consumer-protocol.ts'
import type { GroupCoordinator } from './coordinator.ts'
import { groupRefused } from './group-errors.ts'
import { assignmentOf, leadGroup, subscriptionOf } from './lead.ts'
import type { LeaderWords, MemberWords } from './member-words.ts'

/** What members speak with each other: the broker lets in nobody who speaks otherwise. */
const protocol = 'headrace'

/** How the group sees us: as one of it, as one who is to join again, or as none of it. */
export type Standing = 'in' | 'again' | 'out'

/** One member of a group: what it and the group's coordinator say to each other. */
export class GroupMember {
  readonly instanceId: string | null
  private readonly coordinator: GroupCoordinator
  private readonly sessionMs: number
  private memberId = ''
  /** Of the last assignment; -1 where there is none that holds. */
  private generation = -1

  constructor(coordinator: GroupCoordinator, sessionMs: number, instanceId: string | null) {
    this.coordinator = coordinator
    this.sessionMs = sessionMs
    this.instanceId = instanceId
  }

  get identity(): GroupIdentity {
    const { memberId, generation, instanceId } = this
    return { memberId, generation, instanceId }
  }

  /** What we had been assigned counts no more. */
  forgetGeneration(): void {
    this.generation = -1
  }

  /** Waits for the other members, or until they have been given up. */
  async join(words: Omit<MemberWords, 'generation'>): Promise<LeaderWords | Standing> {
    const { group } = this.coordinator
    const joined = await this.coordinator.ask(this.joinRequest(words), 'group', this.waitMs)
    if (joined.error === KAFKA.NONE || joined.error === KAFKA.MEMBER_ID_REQUIRED)
      this.memberId = joined.memberId
    const standing = this.judge('JoinGroup', joined.error)
    if (standing !== 'in') return standing
    const { leader, memberId, members, generation } = joined
    const assignments = leader === memberId ? leadGroup(group, members) : []
    const request = syncGroup(group, { ...this.identity, generation }, assignments)
    const synced = await this.coordinator.ask(request, 'group', this.waitMs)
    const assigned = this.judge('SyncGroup', synced.error)
    if (assigned !== 'in') return assigned
    this.generation = generation
    return assignmentOf(group, synced.assignment)
  }

  async beat(): Promise<Standing> {
    const { error } = await this.coordinator.ask(heartbeat(this.coordinator.group, this.identity))
    return this.judge('Heartbeat', error)
  }

  /** One that may come back under its instance id is not taken out: the group waits for the session time-out. */
  async leave(): Promise<void> {
    if (this.memberId === '' || this.instanceId !== null) return
    // A JoinGroup that waits at the broker holds up what follows it on its connection.
    await this.coordinator.ask(leaveGroup(this.coordinator.group, this.memberId), 'data')
  }

  private joinRequest(words: Omit<MemberWords, 'generation'>): ReturnType<typeof joinGroup> {
    return joinGroup({
      group: this.coordinator.group,
      sessionTimeoutMs: this.sessionMs,
      // A member that works says so much sooner that it is there: who does not is not worth more waiting.
      rebalanceTimeoutMs: this.sessionMs,
      memberId: this.memberId,
      instanceId: this.instanceId,
      protocolType: consumerProtocolType,
      protocol,
      metadata: subscriptionOf({ ...words, generation: this.generation }),
    })
  }

  private get waitMs(): number {
    return this.sessionMs + limits.kafkaRequestMs
  }

  private judge(request: string, code: number): Standing {
    switch (code) {
      case KAFKA.NONE:
        return 'in'
      case KAFKA.REBALANCE_IN_PROGRESS:
      case KAFKA.MEMBER_ID_REQUIRED:
        return 'again'
      case KAFKA.UNKNOWN_MEMBER_ID:
        this.memberId = ''
        return 'out'
      case KAFKA.ILLEGAL_GENERATION:
        return 'out'
      default:
        throw groupRefused(request, code, this.coordinator.group)
    }
  }
}
