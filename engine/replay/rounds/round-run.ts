import type { OpenJob } from '../../assemble.ts'
import type { Plan } from '../../graph/plan.ts'
import type { Counts, Running } from '../../progress.ts'
import { joinCounts } from '../../progress.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../recovery/checkpoint.ts'
import type { Clock } from '../../time/clock.ts'
import type { Pace } from './pace.ts'
import type { RoundReport, RoundWorker } from './round-worker.ts'

export interface RoundRunParts {
  readonly opened: OpenJob
  readonly workers: readonly RoundWorker[]
  /** Milliseconds of the log's time in a round. */
  readonly roundMs: number
  readonly clock: Clock
  readonly commitEveryMs: number
  /** Without it records are not held back. */
  readonly pace?: Pace | undefined
}

/**
 * A replay goes in rounds: all tasks read what their sources have of before a time, and what they write goes out
 * task by task. So the results, their order included, depend neither on how tasks are spread over threads, nor on how
 * fast these are, nor on when is committed: that is at ends of rounds alone.
 */
export class RoundRun implements Running {
  readonly plan: Plan
  commits = 0
  committedAt: number
  /** The time up to which records have been read. */
  reached = Number.NEGATIVE_INFINITY
  private readonly parts: RoundRunParts
  private readonly places: ReadonlyMap<string, number>
  /** A later stage reads what is committed, so that each round has to end with a commit. */
  private readonly hasStages: boolean
  private isDirty = false

  constructor(parts: RoundRunParts) {
    const { plan } = parts.opened
    this.parts = parts
    this.plan = plan
    this.places = new Map(plan.stages.map(({ number }, place) => [String(number), place]))
    this.hasStages = plan.stages.length > 1
    this.committedAt = parts.clock.now()
  }

  /** Until all is read, or the signal aborts: then the round that is under way is as if it had not begun. */
  async work(signal: AbortSignal): Promise<void> {
    let next = (await this.ask(worker => worker.next())).flat()
    while (!signal.aborted) {
      const before = this.endOf(next)
      if (!(await this.waitFor(before, signal))) break
      const reports = await this.ask(worker => worker.round(before))
      if (signal.aborted) return
      await this.deliver(reports)
      this.reached = before
      const worked = reports.some(report => report.worked)
      if (!worked && before === Number.POSITIVE_INFINITY) break
      this.isDirty ||= worked
      // Where nobody could read on, what holds them is a mark, or a source that is ahead: time moves on.
      const from = worked ? Number.NEGATIVE_INFINITY : before
      next = reports.flatMap(report => report.next).filter(time => time >= from)
      if (this.hasStages || this.isDue()) await this.commit()
    }
    await this.commit()
  }

  counts(): Counts {
    return joinCounts(this.parts.workers.map(({ progress }) => progress.counts))
  }

  lag(): number {
    return this.parts.workers.reduce((sum, { progress }) => sum + progress.lag, 0)
  }

  watermark(): number | null {
    const reached = this.parts.workers.flatMap(({ progress }) => progress.watermark ?? [])
    return reached.length === 0 ? null : Math.min(...reached)
  }

  /** Without a commit. */
  async close(): Promise<void> {
    await Promise.all(this.parts.workers.map(worker => worker.close()))
    await this.parts.opened.jobHome.close()
  }

  /** Rounds end at multiples of their length: wherever a replay is gone on with, they are the same. */
  private endOf(next: readonly number[]): number {
    const { roundMs } = this.parts
    const first = next.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY)
    return first === Number.POSITIVE_INFINITY ? first : (Math.floor(first / roundMs) + 1) * roundMs
  }

  /** False: stopped. */
  private async waitFor(before: number, signal: AbortSignal): Promise<boolean> {
    const { pace, clock } = this.parts
    for (let ms = pace?.wait(before) ?? 0; ms > 0 && !signal.aborted; ms = pace?.wait(before) ?? 0) {
      await this.commit()
      await clock.wait(ms, signal)
    }
    return !signal.aborted
  }

  private async deliver(reports: readonly RoundReport[]): Promise<void> {
    const outputs = reports
      .flatMap(report => report.outputs)
      .map(({ task, batches }) => ({ place: this.placeOf(task), batches }))
    outputs.sort((a, b) => a.place[0] - b.place[0] || a.place[1] - b.place[1])
    for (const { batches } of outputs) {
      for (const { topic, partition, bytes } of batches) {
        await this.parts.opened.jobHome.append(topic, partition, bytes)
      }
    }
  }

  /** Stage by stage, and partition by partition, whoever has them. */
  private placeOf(task: string): readonly [number, number] {
    const [stage, partition] = task.split('-')
    return [this.places.get(stage) ?? 0, Number(partition)]
  }

  private isDue(): boolean {
    return this.parts.clock.now() - this.committedAt >= this.parts.commitEveryMs
  }

  private async commit(): Promise<void> {
    if (!this.isDirty) return
    const { opened, clock } = this.parts
    const { jobHome, plan } = opened
    const commits = await this.ask(worker => worker.commit(jobHome.wantsSnapshot))
    const job = plan.job.name
    const payload =
      commits.length === 1
        ? commits[0].payload
        : encodeCheckpoint(
            job,
            commits.flatMap(commit => decodeCheckpoint(commit, job)),
          )
    await jobHome.commit(
      { kind: commits[0].kind, payload },
      commits.flatMap(({ marks }) => marks),
      commits.flatMap(({ positions }) => positions),
    )
    this.isDirty = false
    this.committedAt = clock.now()
    this.commits++
  }

  private ask<T>(of: (worker: RoundWorker) => Promise<T>): Promise<T[]> {
    return Promise.all(this.parts.workers.map(of))
  }
}
