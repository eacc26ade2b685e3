import { messageOf } from '../../../engine/errors.ts'
import type { GroupPlan, Membership } from '../../../engine/home.ts'
import { limits } from '../../../engine/limits.ts'
import { RetriableError, retryingFor } from '../cluster/retry.ts'
import type { Notify } from '../config.ts'
import { KafkaDisconnected } from '../net/disconnected.ts'
import { KAFKA } from '../protocol/kafka-errors.ts'
import type { GroupIdentity } from '../protocol/offset-commit.ts'
import { Alarm, within } from './alarm.ts'
import type { GroupCluster } from './coordinator.ts'
import { GroupCoordinator } from './coordinator.ts'
import { Handover } from './handover.ts'
import type { Standing } from './member.ts'
import { GroupMember } from './member.ts'
import type { LeaderWords } from './member-words.ts'
import { Rejoins } from './rejoins.ts'
import type { TaskId } from './task-set.ts'
import { keyOf } from './task-set.ts'

/** So often within a session time-out the coordinator hears from us. */
const beatsPerSession = 10

export interface MembershipOptions {
  readonly sessionTimeoutMs?: number
  /** A process that comes back under it within the session time-out finds its tasks as they were. */
  readonly instanceId?: string
  readonly notify: Notify
}

/**
 * A process in the consumer group of a job. It goes on with its tasks while the group is rearranged, and learns
 * afterwards which of them it keeps: where two work on a task for a moment, the task's own fence decides.
 */
export class KafkaMembership implements Membership {
  private plan: GroupPlan
  private readonly member: GroupMember
  private readonly group: string
  private readonly sessionMs: number
  private readonly notify: Notify
  private owned: readonly TaskId[] = []
  /** When we last said something that the coordinator has answered. */
  private heardAt = 0
  private triedAt = 0
  private failing = false
  private readonly handover = new Handover()
  private readonly rejoins = new Rejoins()
  private readonly alarm = new Alarm()
  private readonly leaving = new AbortController()
  private readonly ended: Promise<void>
  private left: Promise<void> | undefined

  /** Joins in the background: `next` tells what comes of it. Two members cannot share the cluster's connections. */
  static join(cluster: GroupCluster, plan: GroupPlan, options: MembershipOptions): KafkaMembership {
    return new KafkaMembership(cluster, plan, options)
  }

  private constructor(cluster: GroupCluster, plan: GroupPlan, options: MembershipOptions) {
    const { sessionTimeoutMs = limits.groupSessionMs, instanceId = null, notify } = options
    this.plan = plan
    this.member = new GroupMember(new GroupCoordinator(cluster, plan.job), sessionTimeoutMs, instanceId)
    this.group = `group ${plan.job}`
    this.sessionMs = sessionTimeoutMs
    this.notify = notify
    this.ended = this.belong()
  }

  next(signal: AbortSignal): Promise<readonly string[]> {
    return this.handover.next(signal)
  }

  replan(plan: GroupPlan): void {
    this.plan = plan
    this.askAnew()
  }

  rejoin(reason: string): void {
    this.notify({ message: `${this.group} is to assign its tasks anew: ${reason}` })
    this.askAnew()
  }

  /** Who commits offsets as one of the group. */
  pass(): GroupIdentity {
    return this.member.identity
  }

  get isOut(): boolean {
    return this.member.identity.generation < 0
  }

  leave(): Promise<void> {
    this.left ??= this.part()
    return this.left
  }

  private async part(): Promise<void> {
    this.leaving.abort(new DOMException(`${this.group} was left`, 'AbortError'))
    await this.ended
    // Who is not told finds out when the session is over.
    await within(this.member.leave(), new AbortController().signal, limits.groupLeaveMs).catch(() => {})
  }

  private askAnew(): void {
    this.rejoins.ask(performance.now())
    this.alarm.ring()
  }

  private async belong(): Promise<void> {
    try {
      for (;;) {
        this.take(await this.enter())
        await this.stay()
      }
    } catch (error) {
      this.handover.fail(error)
    }
  }

  private async enter(): Promise<LeaderWords> {
    const limitMs = limits.kafkaRetryMs + this.sessionMs
    const { signal } = this.leaving
    for (;;) {
      this.rejoins.begun(performance.now())
      const join = () => this.join()
      const words = await retryingFor(limitMs, `joining ${this.group}`, this.notify, join, signal)
      if (words !== 'again') return words
    }
  }

  private async join(): Promise<LeaderWords | 'again'> {
    if (this.isOverdue) this.lose('the coordinator has not been reached')
    const { plan, owned, rejoins } = this
    const words = { capacity: plan.capacity, owned, known: plan.tasks, asked: rejoins.count }
    const answer = await within(this.member.join(words), this.leaving.signal)
    if (answer !== undefined && typeof answer !== 'string') return answer
    if (answer === 'again') return 'again'
    this.lose('the group has gone on without us')
    throw new RetriableError('JoinGroup', KAFKA.UNKNOWN_MEMBER_ID)
  }

  private take({ owned, all }: LeaderWords): void {
    this.heardAt = this.triedAt = performance.now()
    this.owned = owned
    const ours = new Set(owned.map(keyOf))
    this.handover.give(this.plan.tasks.filter(task => ours.has(keyOf(task))).map(({ name }) => name))
    const heardOf = new Set(all.map(keyOf))
    // Who comes back under its instance id is given what it had, and the leader does not hear of what is new.
    if (!this.plan.tasks.every(task => heardOf.has(keyOf(task))))
      this.rejoin('it does not know all of our tasks')
  }

  /** Until the group has to be joined again. */
  private async stay(): Promise<void> {
    for (;;) {
      await this.rest()
      if (this.isOverdue) return this.lose('no heartbeat has been answered')
      if (this.rejoins.dueIn(performance.now()) === 0) return
      if (this.beatIn > 0) continue
      const standing = await this.beat()
      if (standing === 'again') return
      if (standing === 'out') return this.lose('the group has gone on without us')
    }
  }

  private async rest(): Promise<void> {
    const ms = Math.min(this.beatIn, this.rejoins.dueIn(performance.now()))
    await this.alarm.wait(this.leaving.signal, ms)
  }

  /** A coordinator that cannot be asked is asked again at the next beat, until the session is over. */
  private async beat(): Promise<Standing> {
    this.triedAt = performance.now()
    const restMs = this.heardAt + this.sessionMs - this.triedAt
    try {
      const standing = await within(this.member.beat(), this.leaving.signal, restMs)
      if (standing === undefined) return 'in'
      if (this.failing) this.notify({ message: `the coordinator of ${this.group} is there again` })
      this.failing = false
      this.heardAt = this.triedAt
      return standing
    } catch (error) {
      if (!(error instanceof KafkaDisconnected || error instanceof RetriableError)) throw error
      if (!this.failing)
        this.notify({ message: `the coordinator of ${this.group} is away: ${messageOf(error)}` })
      this.failing = true
      return 'in'
    }
  }

  private get beatIn(): number {
    return Math.max(0, this.triedAt + this.sessionMs / beatsPerSession - performance.now())
  }

  /** The group will have given our tasks to others. So it is after this process was stopped for a while, too. */
  private get isOverdue(): boolean {
    return performance.now() - this.heardAt > this.sessionMs
  }

  private lose(why: string): void {
    if (!this.isOut) {
      this.notify({ message: `${this.group}: ${why}, so our tasks are given up until we are back` })
    }
    this.member.forgetGeneration()
    this.owned = []
    this.handover.lose()
  }
}
