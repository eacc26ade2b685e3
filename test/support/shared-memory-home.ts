import { MemoryHome } from '../../connectors/memory/home.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type {
  CheckpointRecord,
  GroupPlan,
  JobHome,
  Membership,
  Position,
  SharedHome,
  SharedTask,
  TaskMark,
} from '../../engine/home.ts'

interface StoredTask {
  /** Whoever opened it last; others can commit no more. */
  owner: number
  records: CheckpointRecord[]
  positions: readonly Position[]
  opened: number
  closed: number
}

/** Topics, task states and a group in memory, for several runs of one job in one process. */
export class SharedMemoryHome extends MemoryHome implements SharedHome {
  readonly tasks = new Map<string, StoredTask>()
  readonly group = new MemoryGroup()
  /** Tasks are opened when it resolves. */
  gate: Promise<void> | undefined
  /** Tasks that somebody takes over as soon as they are opened. */
  readonly contested = new Set<string>()
  /** How often somebody has asked whether others have caught up. */
  questions = 0

  async prepare(): Promise<void> {}

  async openTask(job: string, { name }: SharedTask): Promise<JobHome> {
    const stored = this.tasks.get(name) ?? { owner: 0, records: [], positions: [], opened: 0, closed: 0 }
    this.tasks.set(name, stored)
    const me = ++stored.owner
    stored.opened++
    await this.gate
    if (this.contested.has(name)) stored.owner++
    const batches: { topic: string; partition: number; bytes: Uint8Array }[] = []
    const commit = (
      record: CheckpointRecord,
      _: readonly TaskMark[],
      positions: readonly Position[] = [],
    ) => {
      if (stored.owner !== me) throw new HeadraceError('HR_TASK_FENCED', `task ${name} is another's`, { job })
      for (const { topic, partition, bytes } of batches.splice(0)) {
        this.partition(topic, partition).append(bytes)
        this.partition(topic, partition).publish()
      }
      if (record.kind === 'snapshot') stored.records = []
      stored.records.push(record)
      stored.positions = positions
    }
    return {
      restore: () => [...stored.records],
      append: (topic, partition, batch) => {
        batches.push({ topic, partition, bytes: new Uint8Array(batch) })
      },
      commit,
      wantsSnapshot: stored.records.length > 5,
      close: async () => {
        stored.closed++
      },
    }
  }

  async haveCaughtUp(_job: string, tasks: readonly SharedTask[]): Promise<boolean> {
    this.questions++
    return tasks.every(({ name, partition, repartitions = [] }) =>
      repartitions.every(topic => {
        const { positions = [] } = this.tasks.get(name) ?? {}
        const reached = positions.find(one => one.topic === topic)?.offset ?? 0
        return reached >= this.partition(topic, partition).published
      }),
    )
  }

  async join(plan: GroupPlan): Promise<Membership> {
    return this.group.join(plan)
  }
}

/** Deals tasks out to its members in turn, anew at each change. */
export class MemoryGroup {
  readonly members = new Set<MemoryMember>()
  /** Where tasks begin to be dealt: moved to make them change hands. */
  turn = 0

  join(plan: GroupPlan): Membership {
    const member = new MemoryMember(plan, this)
    this.members.add(member)
    this.rebalance()
    return member
  }

  rebalance(): void {
    const members = [...this.members]
    for (const [index, member] of members.entries()) {
      const own = member.plan.tasks.filter((_, place) => (place + this.turn) % members.length === index)
      member.give(own.map(({ name }) => name))
    }
  }
}

class MemoryMember implements Membership {
  plan: GroupPlan
  isAway = false
  /** How often the run has looked whether it is. */
  looks = 0
  private readonly group: MemoryGroup
  private given: readonly string[] | undefined
  private wake = () => {}

  constructor(plan: GroupPlan, group: MemoryGroup) {
    this.plan = plan
    this.group = group
  }

  get isOut(): boolean {
    this.looks++
    return this.isAway
  }

  give(tasks: readonly string[]): void {
    this.given = tasks
    this.wake()
  }

  async next(signal: AbortSignal): Promise<readonly string[]> {
    while (this.given === undefined) {
      signal.throwIfAborted()
      const { promise, resolve } = Promise.withResolvers<void>()
      this.wake = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
      await promise
    }
    const { given } = this
    this.given = undefined
    return given
  }

  rejoin(): void {
    this.group.rebalance()
  }

  replan(plan: GroupPlan): void {
    this.plan = plan
    this.group.rebalance()
  }

  async leave(): Promise<void> {
    this.group.members.delete(this)
    this.group.rebalance()
  }
}
