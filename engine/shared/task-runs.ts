import type { PreparedJob } from '../assemble.ts'
import { prepareJob, sharedTasks } from '../assemble.ts'
import { HeadraceError, isHeadraceError } from '../errors.ts'
import type { SharedHome, SharedTask } from '../home.ts'
import type { Job } from '../job.ts'
import { limits } from '../limits.ts'
import type { Counts } from '../progress.ts'
import { joinCounts, lessCounts, noCounts } from '../progress.ts'
import type { RunOptions } from '../run.ts'
import { JobRun } from '../run.ts'
import { systemClock } from '../time/clock.ts'
import type { Hand, HandListener, HandProgress } from './hand.ts'

export interface TaskRunsOptions
  extends Pick<RunOptions, 'commitEveryMs' | 'clock' | 'schemas' | 'stores' | 'models'> {
  readonly home: SharedHome
  readonly listener: HandListener
}

interface RunningTask {
  readonly run: JobRun
  /** What had been counted before it was opened here. */
  readonly before: Counts
  readonly stop: AbortController
  /** Resolves when it has stopped, for whatever reason. */
  readonly ended: Promise<void>
}

/** The tasks of a shared job that this thread works on: each turns, rests and commits for itself. */
export class TaskRuns implements Hand {
  private readonly job: Job
  private readonly options: TaskRunsOptions
  private prepared: PreparedJob | undefined
  private tasks: ReadonlyMap<string, SharedTask> = new Map()
  private readonly running = new Map<string, RunningTask>()
  /** What it is to work on: what is being opened and is not among it any more is let go again. */
  private wanted: ReadonlySet<string> = new Set()
  /** What changes the tasks is done one after the other. */
  private before: Promise<void> = Promise.resolve()
  /** Of tasks that are not here any more. */
  private counted = noCounts
  private commitsBefore = 0
  private activityBefore = 0
  private lastCommit: number

  constructor(job: Job, options: TaskRunsOptions) {
    this.job = job
    this.options = options
    this.lastCommit = (options.clock ?? systemClock).now()
  }

  get progress(): HandProgress {
    const runs = [...this.running.values()]
    const reached = runs.flatMap(({ run }) => run.watermark() ?? [])
    return {
      counts: joinCounts([this.counted, ...runs.map(ownCounts)]),
      lag: runs.reduce((sum, { run }) => sum + run.lag(), 0),
      watermark: reached.length === 0 ? null : Math.min(...reached),
      commits: runs.reduce((sum, { run }) => sum + run.commits, this.commitsBefore),
      committedAt: Math.max(this.lastCommit, ...runs.map(({ run }) => run.committedAt)),
    }
  }

  replan(): Promise<void> {
    this.wanted = new Set()
    return this.inTurn(async () => {
      await this.settle()
      this.prepared = await prepareJob(this.job, this.options.home, this.options.schemas)
      this.tasks = new Map(sharedTasks(this.prepared).map(task => [task.name, task]))
    })
  }

  assign(tasks: readonly string[], pass?: unknown): Promise<void> {
    if (pass !== undefined) this.options.home.admit?.(pass)
    this.wanted = new Set(tasks)
    return this.inTurn(() => this.settle())
  }

  async quiet(): Promise<number | null> {
    for (const { run } of this.running.values()) if (!(await run.atEnd())) return null
    return [...this.running.values()].reduce((sum, { run }) => sum + run.activity, this.activityBefore)
  }

  async close(abort: boolean): Promise<void> {
    if (!abort) return this.assign([])
    this.wanted = new Set()
    const all = [...this.running.values()]
    this.running.clear()
    for (const { stop } of all) stop.abort()
    await Promise.all(all.map(({ run }) => run.close()))
  }

  private inTurn(action: () => Promise<void>): Promise<void> {
    this.before = this.before.then(action)
    return this.before
  }

  /** Brings about what is wanted by then. */
  private async settle(): Promise<void> {
    const lost = [...this.running.keys()].filter(name => !this.wanted.has(name))
    await Promise.all(lost.map(name => this.giveUp(name)))
    const gained = [...this.wanted].filter(name => !this.running.has(name))
    for (let from = 0; from < gained.length; from += limits.openingTasks) {
      const next = gained.slice(from, from + limits.openingTasks).filter(name => this.wanted.has(name))
      await Promise.all(next.map(name => this.open(name)))
    }
  }

  private async open(name: string): Promise<void> {
    const { home, listener, ...options } = this.options
    const { prepared, job } = this
    const task = this.tasks.get(name)
    if (prepared === undefined || task === undefined) {
      const message = `task ${name} is assigned to us, but there is no such task in the job as it is here`
      throw new HeadraceError('HR_STATE_INCOMPATIBLE', message, { job: job.name })
    }
    try {
      const jobHome = await home.openTask(job.name, task, prepared.outputs)
      const run = await JobRun.start(
        { ...prepared, jobHome },
        {
          ...options,
          home,
          only: other => other === name,
          onEvolution: changes => listener.evolved(changes),
        },
      )
      if (!this.wanted.has(name)) return await run.close()
      const before = run.counts()
      const stop = new AbortController()
      this.running.set(name, { run, before, stop, ended: this.follow(name, run, stop.signal) })
    } catch (error) {
      if (this.wanted.has(name)) this.fail(name, error, 0)
    }
  }

  private async follow(name: string, run: JobRun, signal: AbortSignal): Promise<void> {
    try {
      // What a task begins with is stored at once: it must not begin elsewhere when it is opened again.
      if (run.isNew) await run.commit()
      await run.work(signal)
    } catch (error) {
      if (this.running.get(name)?.run !== run) return
      this.remove(name, run)
      await run.close()
      // Whoever was to get it next has it already.
      if (!signal.aborted || !isLost(error)) this.fail(name, error, run.commits)
    }
  }

  private async giveUp(name: string): Promise<void> {
    const task = this.running.get(name)
    if (task === undefined) return
    task.stop.abort()
    await task.ended
    if (this.running.get(name) !== task) return
    this.remove(name, task.run)
    await task.run.close()
  }

  private remove(name: string, run: JobRun): void {
    const task = this.running.get(name)
    if (task?.run !== run) return
    this.running.delete(name)
    this.counted = joinCounts([this.counted, ownCounts(task)])
    this.commitsBefore += run.commits
    this.activityBefore += run.activity
    this.lastCommit = Math.max(this.lastCommit, run.committedAt)
  }

  private fail(name: string, error: unknown, commits: number): void {
    if (isLost(error)) this.options.listener.fenced(name, commits, error)
    else this.options.listener.failed(error)
  }
}

/** It can go on from its last commit, here or elsewhere. */
function isLost(error: unknown): error is HeadraceError {
  return isHeadraceError(error, 'HR_TASK_FENCED') || isHeadraceError(error, 'HR_TRANSACTION_ABORTED')
}

function ownCounts({ run, before }: RunningTask): Counts {
  return lessCounts(run.counts(), before)
}
