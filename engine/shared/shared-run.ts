import type { PreparedJob } from '../assemble.ts'
import { prepareJob, sharedTasks } from '../assemble.ts'
import type { HeadraceError } from '../errors.ts'
import type { GroupPlan, Membership, SharedHome } from '../home.ts'
import type { Job } from '../job.ts'
import { limits } from '../limits.ts'
import type { Counts, Running } from '../progress.ts'
import { joinCounts } from '../progress.ts'
import type { RunOptions } from '../run.ts'
import { systemClock } from '../time/clock.ts'
import type { JobModule } from '../workers/job-module.ts'
import { moduleOf } from '../workers/job-module.ts'
import type { WorkerEntry } from '../workers/pool.ts'
import type { Services } from '../workers/service-modules.ts'
import { modulesOf } from '../workers/service-modules.ts'
import type { Hand, HandListener } from './hand.ts'
import { spread } from './spread.ts'
import { TaskRuns } from './task-runs.ts'
import type { ThreadPlace } from './thread-hand.ts'
import { ThreadHand } from './thread-hand.ts'

interface Threads {
  readonly workers: number
  readonly entry: WorkerEntry
  /** Where the threads find the job: it has to be the one that is opened. */
  readonly jobModule: JobModule
}

export interface SharedOptions
  extends Pick<RunOptions, 'commitEveryMs' | 'onEvolution' | 'schemas' | 'stores' | 'models'> {
  readonly home: SharedHome
  /** Worker threads for the tasks; without them they run in this one, where a long batch holds heartbeats up. */
  readonly threads?: Threads
  /** Told what was survived. */
  readonly notify?: (message: string) => void
}

/** This process's part of a job that several processes share: the tasks that the group gives it. */
export class SharedRun implements Running {
  private readonly job: Job
  private readonly options: Omit<SharedOptions, 'threads'>
  private prepared: PreparedJob
  private readonly hands: readonly Hand[]
  /** What each hand is to work on. */
  private held: readonly Set<string>[]
  /** By the group; undefined where that is still to come. */
  private assigned: readonly string[] | undefined
  /** Assignments that are being taken up. */
  private distributing = 0
  /** How often tasks that are ours were taken over, one time after the other, before they had committed anything. */
  private readonly fencings = new Map<string, number>()
  private membership: Membership | undefined
  private readonly clock = systemClock
  /** Nothing is taken up any more. */
  private readonly ended = new AbortController()
  private readonly failing = Promise.withResolvers<never>()

  /** Prepares the topics and the threads; the group is joined by `work`. */
  static async open(job: Job, options: SharedOptions): Promise<SharedRun> {
    const prepared = await prepareJob(job, options.home, options.schemas)
    await options.home.prepare(job.name, sharedTasks(prepared))
    const run = new SharedRun(job, prepared, options)
    try {
      await run.unlessFailing(Promise.all(run.hands.map(hand => hand.replan())))
      return run
    } catch (error) {
      await run.close()
      throw error
    }
  }

  private constructor(job: Job, prepared: PreparedJob, options: SharedOptions) {
    this.job = job
    this.prepared = prepared
    // Without what threads are opened with: there are secrets in it, which whoever prints a run is not to see.
    const { threads, ...kept } = options
    this.options = kept
    this.failing.promise.catch(() => {})
    const { home, schemas, stores, models, commitEveryMs = limits.commitEveryMs } = options
    const listener: HandListener = {
      fenced: (task, commits, error) => void this.fenced(task, commits, error),
      failed: error => this.failing.reject(error),
      evolved: changes => options.onEvolution?.(changes),
      notice: message => options.notify?.(message),
    }
    this.hands =
      threads === undefined
        ? [new TaskRuns(job, { home, commitEveryMs, schemas, stores, models, listener })]
        : Array.from(
            { length: threads.workers },
            (_, index) => new ThreadHand(index, placeOf(job, threads, options), commitEveryMs, listener),
          )
    this.held = this.hands.map(() => new Set())
  }

  get commits(): number {
    return this.hands.reduce((sum, { progress }) => sum + progress.commits, 0)
  }

  get committedAt(): number {
    return Math.max(...this.hands.map(({ progress }) => progress.committedAt))
  }

  /** The names of those that it works on now. */
  get tasks(): readonly string[] {
    return this.held.flatMap(own => [...own])
  }

  /** Of this process alone, since it was opened: tasks come and go. */
  counts(): Counts {
    return joinCounts(this.hands.map(({ progress }) => progress.counts))
  }

  lag(): number {
    return this.hands.reduce((sum, { progress }) => sum + progress.lag, 0)
  }

  watermark(): number | null {
    const reached = this.hands.flatMap(({ progress }) => progress.watermark ?? [])
    return reached.length === 0 ? null : Math.min(...reached)
  }

  /**
   * Works on the tasks that the group gives until the signal aborts, or with `untilIdle` until nothing is left to
   * do in them and all stages have read what was written for them; commits at the end and leaves the group.
   */
  async work(signal: AbortSignal, untilIdle = false): Promise<void> {
    const stop = AbortSignal.any([signal, this.ended.signal])
    this.membership = await this.options.home.join(this.groupPlan())
    let abort = true
    try {
      this.mustWork(this.watchTopics(stop))
      if (untilIdle) this.mustWork(this.watchEnd(stop, () => this.ended.abort()))
      await this.unlessFailing(this.follow(stop))
      this.assigned = undefined
      abort = false
      await this.unlessFailing(Promise.all(this.hands.map(hand => hand.close(false))))
    } finally {
      this.ended.abort()
      if (abort) await this.close()
      await this.membership.leave()
    }
  }

  /** Ends the tasks wherever they are, without a commit. */
  async close(): Promise<void> {
    this.ended.abort()
    this.assigned = undefined
    await Promise.all(this.hands.map(hand => hand.close(true)))
  }

  private groupPlan(): GroupPlan {
    return { job: this.job.name, tasks: sharedTasks(this.prepared), capacity: this.hands.length }
  }

  /** Takes up what the group assigns, as long as we are in it. */
  private async follow(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const assigned = await this.membership?.next(stop).catch(error => {
        if (!stop.aborted) throw error
      })
      if (assigned === undefined || stop.aborted) return
      this.assigned = assigned
      this.mustWork(this.distribute(assigned))
    }
  }

  /** A newer assignment overtakes one that is still being taken up. */
  private async distribute(tasks: readonly string[]): Promise<void> {
    this.distributing++
    const wanted = spread(tasks, this.held)
    // What goes from one hand to another has to be let go first.
    const kept = wanted.map((names, index) => names.filter(name => this.held[index].has(name)))
    await this.assign(kept)
    if (this.assigned === tasks) await this.assign(wanted)
    this.distributing--
  }

  private async assign(wanted: readonly (readonly string[])[]): Promise<void> {
    this.held = wanted.map(names => new Set(names))
    const pass = this.membership?.pass?.()
    await Promise.all(this.hands.map((hand, index) => hand.assign(wanted[index], pass)))
  }

  private async fenced(task: string, commits: number, error: HeadraceError): Promise<void> {
    for (const own of this.held) own.delete(task)
    // Whoever gets it in a rebalance may be faster than we are in giving it up, or in hearing of the rebalance.
    do await this.clock.wait(limits.fencedGraceMs, this.ended.signal)
    while (this.distributing > 0 && !this.ended.signal.aborted)
    const isMissed = this.assigned?.includes(task) && !this.tasks.includes(task)
    if (this.ended.signal.aborted || !isMissed) return
    const inARow = commits > 0 ? 1 : (this.fencings.get(task) ?? 0) + 1
    this.fencings.set(task, inARow)
    if (inARow > limits.fencedInARow) return this.failing.reject(error)
    const by =
      error.code === 'HR_TASK_FENCED' ? 'was taken over by another process' : 'has lost its transaction'
    this.options.notify?.(`task ${task} ${by}, what it had not committed is dropped`)
    this.membership?.rejoin(error.what)
  }

  /**
   * Ends the run when two looks in a row find everything read and committed, and nothing done between them, and no
   * stage has anything left from the one before. So whoever writes between stages last stays until that is read.
   */
  private async watchEnd(stop: AbortSignal, end: () => void): Promise<void> {
    for (let last: number | null = null; !stop.aborted; ) {
      await this.clock.wait(limits.quietCheckMs, stop)
      const done = this.hasSettled ? await Promise.all(this.hands.map(hand => hand.quiet())) : [null]
      const now = done.includes(null) ? null : done.reduce((sum: number, one) => sum + (one ?? 0), 0)
      if (now !== null && now === last && (await this.othersHaveCaughtUp())) end()
      last = now
    }
  }

  private async othersHaveCaughtUp(): Promise<boolean> {
    const others = sharedTasks(this.prepared).filter(
      ({ name, repartitions = [] }) => repartitions.length > 0 && !this.tasks.includes(name),
    )
    return others.length === 0 || (await this.options.home.haveCaughtUp(this.job.name, others))
  }

  /** It works on all that is assigned to it, and knows what that is. */
  private get hasSettled(): boolean {
    const { assigned, tasks, distributing, membership } = this
    const holdsAll = assigned?.every(task => tasks.includes(task)) ?? false
    return holdsAll && distributing === 0 && membership?.isOut !== true
  }

  /** Looks now and then whether topics have got more partitions. */
  private async watchTopics(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.clock.wait(limits.topicsCheckMs, stop)
      if (!stop.aborted && (await this.haveGrown())) await this.regroup()
    }
  }

  private async haveGrown(): Promise<boolean> {
    const { plan, partitions } = this.prepared
    for (const { inputs } of plan.stages) {
      for (const { source } of inputs) {
        const now = await this.options.home.partitions(source.name)
        if (now !== undefined && now !== partitions.get(source.name)) return true
      }
    }
    return false
  }

  private async regroup(): Promise<void> {
    const { home, notify, schemas } = this.options
    const prepared = await prepareJob(this.job, home, schemas)
    await home.prepare(this.job.name, sharedTasks(prepared))
    notify?.('topics have got more partitions: the tasks are spread anew')
    this.prepared = prepared
    this.assigned = undefined
    this.held = this.hands.map(() => new Set())
    await Promise.all(this.hands.map(hand => hand.replan()))
    this.membership?.replan(this.groupPlan())
  }

  /** The run fails with it. */
  private mustWork(working: Promise<void>): void {
    working.catch(error => this.failing.reject(error))
  }

  private unlessFailing<T>(working: Promise<T>): Promise<T> {
    return Promise.race([this.failing.promise, working])
  }
}

function placeOf(job: Job, { entry, jobModule }: Threads, services: Services): ThreadPlace {
  return { entry, jobModule: moduleOf(job, jobModule), services: modulesOf(services) }
}
