import type { OpenJob } from './assemble.ts'
import { assembleTask, openJob, partitionsOf, taskName } from './assemble.ts'
import { TaskAudit } from './audit/task-audit.ts'
import type { Plan } from './graph/plan.ts'
import type { Home, JobHome, Position, TaskMark, TopicHome } from './home.ts'
import type { Job } from './job.ts'
import { limits } from './limits.ts'
import type { ModelHome } from './models/model-home.ts'
import type { Counts, Running } from './progress.ts'
import { countsOf, lagOf, watermarkOf } from './progress.ts'
import { encodeCheckpoint } from './recovery/checkpoint.ts'
import { checkReplay } from './recovery/replay-marks.ts'
import { restore } from './recovery/restore.ts'
import type { Evolution } from './recovery/task-state.ts'
import { saveTask } from './recovery/task-state.ts'
import type { SchemaRegistry } from './schema-registry.ts'
import type { Stores } from './stores/stores.ts'
import type { Task } from './task.ts'
import type { Clock } from './time/clock.ts'
import { systemClock } from './time/clock.ts'

export interface RunOptions extends TaskOptions {
  readonly home: Home
}

/** What a run is told of how to go about the tasks of a job that is open. */
export interface TaskOptions {
  readonly home: TopicHome
  /** Milliseconds between two commits. */
  readonly commitEveryMs?: number
  readonly clock?: Clock
  /** Where topics with `registry` have their schemas. */
  readonly schemas?: SchemaRegistry | undefined
  /** Where feature views and series live. */
  readonly stores?: Stores | undefined
  /** Where models are. */
  readonly models?: ModelHome | undefined
  /** Steps whose state is thrown away at the start. */
  readonly resetSteps?: readonly string[]
  /** Told what a changed job has dropped of the stored state, and what starts empty. */
  readonly onEvolution?: (changes: readonly Evolution[]) => void
  /** Repeats a run over the same input: when inputs fell idle, and the time of day, are as its marks say. */
  readonly replay?: { readonly marks: readonly TaskMark[] }
  /** Whether a task is this run's, where several share the job; all are without it. */
  readonly only?: (task: string) => boolean
}

/** A job at work in this process: its tasks, and the commits that make them one with their outputs. */
export class JobRun implements Running {
  readonly plan: Plan
  readonly tasks: readonly Task[]
  /** Time of day of the last commit. */
  committedAt: number
  commits = 0
  /** Nothing had been stored when it was opened. */
  isNew = false
  /** Turns and commits so far: nothing was done between two equal readings. */
  activity = 0
  private readonly jobHome: JobHome
  private readonly clock: Clock
  private readonly commitEveryMs: number
  /** The first commit is a snapshot: what was dropped must not come back with old deltas. */
  private snapshotNext = true
  private dirty = false
  private closed = false
  private committedOffset = 0

  static async open(job: Job, options: RunOptions): Promise<JobRun> {
    return JobRun.start(await openJob(job, options.home, options.schemas), options)
  }

  /** Builds the tasks of an open job and brings them to where they were; closes it where that fails. */
  static async start(opened: OpenJob, options: TaskOptions): Promise<JobRun> {
    const { home, clock = systemClock, only = () => true, schemas, stores, models } = options
    const { plan: planned, partitions, jobHome } = opened
    try {
      const replay = options.replay?.marks ?? null
      checkReplay(planned, replay)
      const tasks: Task[] = []
      for (const stage of planned.stages) {
        const count = partitionsOf(stage, partitions, planned.job.name)
        const place = { plan: planned, partitions, home, jobHome, clock, replay, schemas, stores, models }
        for (let partition = 0; partition < count; partition++) {
          if (only(taskName(stage, partition))) tasks.push(await assembleTask(stage, partition, place))
        }
      }
      const run = new JobRun(planned, tasks, jobHome, options)
      const { changes, isNew } = restore(planned, tasks, jobHome.restore(), new Set(options.resetSteps), only)
      if (planned.job.options.audit) {
        for (const task of tasks) task.outputs.push(new TaskAudit(task, jobHome, clock))
      }
      if (changes.length > 0) options.onEvolution?.(changes)
      run.isNew = isNew
      run.committedOffset = run.offset()
      run.dirty = changes.length > 0 || (options.resetSteps ?? []).length > 0
      return run
    } catch (error) {
      await jobHome.close()
      throw error
    }
  }

  private constructor(planned: Plan, tasks: readonly Task[], jobHome: JobHome, options: TaskOptions) {
    this.plan = planned
    this.tasks = tasks
    this.jobHome = jobHome
    this.clock = options.clock ?? systemClock
    this.commitEveryMs = options.commitEveryMs ?? limits.commitEveryMs
    this.committedAt = this.clock.now()
  }

  /** One turn of each task. False: none had anything to do. */
  async turn(): Promise<boolean> {
    let worked = false
    for (const task of this.tasks) if (await task.turn()) worked = true
    if (worked || this.tasks.some(task => task.fellIdle) || this.offset() !== this.committedOffset)
      this.dirty = true
    if (worked) this.activity++
    return worked
  }

  /** Makes what the tasks have done durable and visible, as one. */
  async commit(): Promise<void> {
    for (const task of this.tasks) await task.flush()
    const kind = this.snapshotNext || this.jobHome.wantsSnapshot ? 'snapshot' : 'delta'
    const parts = this.tasks.map(task => saveTask(task, kind))
    const marks = this.tasks.flatMap(task => task.marks.splice(0).map(mark => ({ ...mark, task: task.name })))
    const payload = encodeCheckpoint(this.plan.job.name, parts)
    await this.jobHome.commit({ kind, payload }, marks, this.positions())
    this.snapshotNext = false
    this.dirty = false
    this.committedOffset = this.offset()
    this.committedAt = this.clock.now()
    this.commits++
    this.activity++
  }

  /** Whether all that there is has been read and committed: asks the home where its topics end now. */
  async atEnd(): Promise<boolean> {
    for (const { inputs } of this.tasks) {
      for (const { feed } of inputs) {
        const end = (await feed.source.freshEnd?.()) ?? feed.source.endOffset()
        if (feed.position < end) return false
      }
    }
    return !this.dirty
  }

  /** Works until the signal aborts, or with `untilIdle` until nothing is left to do; commits at the end. */
  async work(signal: AbortSignal, untilIdle = false): Promise<void> {
    const { lead } = this.jobHome
    let lastYield = this.clock.now()
    while (!signal.aborted && !this.closed) {
      lead?.turning()
      const worked = await this.turn()
      const now = this.clock.now()
      const idle = untilIdle && !worked
      const due = idle || now - this.committedAt >= this.commitEveryMs
      // A commit may give a later stage something to read.
      if (lead?.wantsCommit || (this.dirty && due)) await this.commit()
      else if (idle && lead === undefined) break
      else if (!worked) {
        if (idle) lead?.idle()
        await this.rest(signal)
      }
      if (worked && now - lastYield >= limits.yieldEveryMs) {
        await new Promise(resolve => setImmediate(resolve))
        lastYield = this.clock.now()
      }
    }
    // Who commits for several waits for the part of each.
    if (!this.closed && (this.dirty || lead !== undefined)) await this.commit()
  }

  counts(): Counts {
    return countsOf(this.tasks)
  }

  lag(): number {
    return lagOf(this.tasks)
  }

  watermark(): number | null {
    return watermarkOf(this.tasks)
  }

  async close(): Promise<void> {
    this.closed = true
    for (const task of this.tasks) task.close()
    await this.jobHome.close()
  }

  /** Of all inputs together. It moves without rows over what the log holds beside records. */
  private offset(): number {
    let sum = 0
    for (const { inputs } of this.tasks) for (const { feed } of inputs) sum += feed.position
    return sum
  }

  private positions(): Position[] {
    return this.tasks.flatMap(({ inputs }) =>
      inputs.map(({ spec, partition, feed }) => ({ topic: spec.name, partition, offset: feed.position })),
    )
  }

  /** Waits for records, for time to have moved on, or for the next commit. */
  private async rest(signal: AbortSignal): Promise<void> {
    const nextCommit = this.dirty
      ? this.committedAt + this.commitEveryMs - this.clock.now()
      : Number.POSITIVE_INFINITY
    const patience = Math.min(nextCommit, limits.restMs, ...this.tasks.map(task => task.patience()))
    const wake = new AbortController()
    const either = AbortSignal.any([signal, wake.signal])
    const changes = this.tasks.flatMap(task => task.inputs.map(input => input.feed.source.changed(either)))
    const { lead } = this.jobHome
    if (lead !== undefined) changes.push(lead.asked(either))
    await Promise.race([...changes, this.clock.wait(Math.max(1, patience), either)])
    wake.abort()
  }
}
