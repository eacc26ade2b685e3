import type { OpenJob } from '../assemble.ts'
import { openJob, partitionsOf } from '../assemble.ts'
import type { Plan } from '../graph/plan.ts'
import type { CheckpointRecord, Home } from '../home.ts'
import type { Job } from '../job.ts'
import { limits } from '../limits.ts'
import type { Counts, Running } from '../progress.ts'
import { joinCounts } from '../progress.ts'
import type { RunOptions } from '../run.ts'
import type { Clock } from '../time/clock.ts'
import { systemClock } from '../time/clock.ts'
import type { JobModule } from './job-module.ts'
import { moduleOf } from './job-module.ts'
import { Member } from './member.ts'
import type { ToWorker } from './messages.ts'
import { modulesOf } from './service-modules.ts'
import { SharedCommits } from './shared-commits.ts'

/** How a worker thread comes to read topics: a module that calls `serveWorker`, and what it is to open. */
export interface WorkerEntry {
  readonly module: URL
  readonly homeOptions: unknown
}

export interface PoolOptions
  extends Pick<RunOptions, 'commitEveryMs' | 'resetSteps' | 'onEvolution' | 'schemas' | 'stores' | 'models'> {
  readonly home: Home
  /** Where the workers find the job: it has to be the one that is opened. */
  readonly jobModule: JobModule
  readonly entry: WorkerEntry
  readonly workers: number
  /** Told what was survived. */
  readonly notify?: (message: string) => void
}

/** A job whose tasks are spread over worker threads. This thread commits for all of them. */
export class WorkerPool implements Running {
  readonly plan: Plan
  commits = 0
  committedAt: number
  private readonly members: readonly Member[]
  private readonly opened: OpenJob
  private readonly shared: SharedCommits
  private readonly clock: Clock = systemClock
  private readonly failing = Promise.withResolvers<never>()
  /** The topics that the job itself reads. */
  private readonly read: ReadonlySet<string>
  /** Commits that gave one of them new records. */
  private published = 0

  static async open(job: Job, options: PoolOptions): Promise<WorkerPool> {
    const opened = await openJob(job, options.home, options.schemas)
    let pool: WorkerPool | undefined
    try {
      pool = new WorkerPool(opened, options)
      const changes = await pool.unlessFailing(Promise.all(pool.members.map(({ ready }) => ready)))
      if (changes.flat().length > 0) options.onEvolution?.(changes.flat())
      return pool
    } catch (error) {
      await (pool ?? opened.jobHome).close()
      throw error
    }
  }

  private constructor(opened: OpenJob, options: PoolOptions) {
    const { plan, partitions, jobHome } = opened
    this.plan = plan
    this.opened = opened
    this.committedAt = this.clock.now()
    this.read = new Set(plan.stages.flatMap(({ inputs }) => inputs.map(({ source }) => source.name)))
    this.failing.promise.catch(() => {})
    const tasks = plan.stages.map(stage => partitionsOf(stage, partitions, plan.job.name))
    const count = Math.min(options.workers, Math.max(...tasks))
    const failed = (error: unknown) => this.fail(error)
    this.shared = new SharedCommits(plan.job.name, jobHome, count, {
      askSnapshot: worker => this.members[worker].post({ type: 'snapshot' }),
      committed: (workers, topics) => this.committed(workers, topics),
      failed,
    })
    const start = {
      job: moduleOf(plan.job, options.jobModule),
      count,
      homeOptions: options.entry.homeOptions,
      services: modulesOf(options),
      limits: { ...limits },
      commitEveryMs: options.commitEveryMs ?? limits.commitEveryMs,
      resetSteps: options.resetSteps ?? [],
      records: Array.from(jobHome.restore(), inSharedMemory),
    }
    const listener = {
      commit: this.shared.add.bind(this.shared),
      idle: () => this.endIfIdle(),
      failed,
      notice: (message: string) => options.notify?.(message),
    }
    this.members = Array.from(
      { length: count },
      (_, index) => new Member(options.entry.module, { ...start, index }, listener),
    )
  }

  /** Works until the signal aborts, or with `untilIdle` until nothing is left to do; commits at the end. Once. */
  async work(signal: AbortSignal, untilIdle = false): Promise<void> {
    const stop = () => this.stop()
    signal.addEventListener('abort', stop, { once: true })
    try {
      this.tell({ type: 'work', untilIdle })
      if (signal.aborted) stop()
      await this.unlessFailing(Promise.all(this.members.map(({ done }) => done)))
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  counts(): Counts {
    return joinCounts(this.members.map(({ progress }) => progress.counts))
  }

  lag(): number {
    return this.members.reduce((sum, { progress }) => sum + progress.lag, 0)
  }

  watermark(): number | null {
    const reached = this.members.flatMap(({ progress }) => progress.watermark ?? [])
    return reached.length === 0 ? null : Math.min(...reached)
  }

  /** Ends the workers wherever they are, without a commit. */
  async close(): Promise<void> {
    this.shared.end()
    await Promise.all(this.members.map(member => member.end()))
    await this.opened.jobHome.close()
  }

  private tell(message: ToWorker): void {
    for (const member of this.members) member.post(message)
  }

  private stop(): void {
    this.shared.close()
    this.tell({ type: 'stop' })
  }

  private committed(workers: readonly number[], topics: ReadonlySet<string>): void {
    this.commits++
    this.committedAt = this.clock.now()
    if (!this.read.isDisjointFrom(topics)) {
      this.published++
      this.tell({ type: 'published', published: this.published })
    }
    for (const worker of workers) this.members[worker].post({ type: 'committed' })
  }

  /** A worker may be idle only for want of what another one is about to commit. */
  private endIfIdle(): void {
    if (this.members.every(({ idleAt }) => idleAt === this.published)) this.stop()
  }

  private fail(error: unknown): void {
    this.shared.end()
    for (const member of this.members) void member.end()
    this.failing.reject(error)
  }

  private unlessFailing<T>(working: Promise<T>): Promise<T> {
    return Promise.race([this.failing.promise, working])
  }
}

/** Workers read it where it is: the state of all tasks is copied once, not once a worker. */
export function inSharedMemory({ kind, payload }: CheckpointRecord): CheckpointRecord {
  const shared = new Uint8Array(new SharedArrayBuffer(payload.length))
  shared.set(payload)
  return { kind, payload: shared }
}
