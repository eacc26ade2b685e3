import { HeadraceError } from '../../errors.ts'
import { isSource } from '../../io/repartition-input.ts'
import { limits } from '../../limits.ts'
import type { Progress } from '../../progress.ts'
import type { JobRun } from '../../run.ts'
import type { Clock } from '../../time/clock.ts'
import type { OutputBatch } from '../../workers/messages.ts'
import { playRound } from './play-round.ts'
import type { RoundHome } from './round-home.ts'
import type { RoundCommit, RoundReport, RoundWorker, TaskOutputs } from './round-worker.ts'

export interface RoundTasksParts {
  readonly run: JobRun
  /** That of the run. */
  readonly home: RoundHome
  /** What its tasks have appended and nobody has taken. */
  readonly written: OutputBatch[]
  readonly clock: Clock
  readonly stopped: AbortSignal
}

/** Tasks of a replay in this thread: one after the other, a round each. */
export class RoundTasks implements RoundWorker {
  private readonly parts: RoundTasksParts
  private yieldedAt: number

  constructor(parts: RoundTasksParts) {
    this.parts = parts
    this.yieldedAt = parts.clock.now()
  }

  get progress(): Progress {
    const { run } = this.parts
    return { counts: run.counts(), lag: run.lag(), watermark: run.watermark() }
  }

  async next(): Promise<readonly number[]> {
    const times: number[] = []
    for (const { inputs } of this.parts.run.tasks) {
      for (const input of inputs) {
        // A table is read as far as what it is looked up by.
        if (isSource(input) && !input.spec.table) times.push(await input.feed.nextTime())
      }
    }
    return times.filter(Number.isFinite)
  }

  async round(before: number): Promise<RoundReport> {
    const { run, written, stopped } = this.parts
    const outputs: TaskOutputs[] = []
    let worked = false
    for (const task of run.tasks) {
      if (await playRound(task, before, this.between)) worked = true
      if (stopped.aborted) break
      await task.flush()
      if (written.length > 0) outputs.push({ task: task.name, batches: written.splice(0) })
    }
    return { worked, next: await this.next(), outputs }
  }

  async commit(snapshot: boolean): Promise<RoundCommit> {
    const { run, home } = this.parts
    home.wantsSnapshot = snapshot
    await run.commit()
    if (home.committed === undefined) throw new HeadraceError('HR_INTERNAL', 'a commit left nothing')
    return home.committed
  }

  close(): Promise<void> {
    return this.parts.run.close()
  }

  /** Lets other work of the process in now and then. */
  private readonly between = (): boolean | Promise<boolean> => {
    const now = this.parts.clock.now()
    if (now - this.yieldedAt < limits.yieldEveryMs) return !this.parts.stopped.aborted
    this.yieldedAt = now
    return new Promise(resolve => setImmediate(() => resolve(!this.parts.stopped.aborted)))
  }
}
