import { setImmediate } from 'node:timers/promises'
import type { Plan } from '../../engine/graph/plan.ts'
import type { Home, TaskMark, TopicHome } from '../../engine/home.ts'
import type { TaskInput } from '../../engine/io/input.ts'
import { isSource } from '../../engine/io/repartition-input.ts'
import { limits } from '../../engine/limits.ts'
import type { Range } from '../../engine/replay/range-source.ts'
import { ReplayHome } from '../../engine/replay/replay-home.ts'
import type { RunOptions } from '../../engine/run.ts'
import { JobRun } from '../../engine/run.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import { PassingHome } from '../passing-home.ts'
import type { ExportedView } from './exported-view.ts'
import { refuseLookups, stagesFor } from './exported-view.ts'
import { MarkGate } from './mark-gate.ts'
import { viewStores } from './view-stores.ts'

export interface AsOfOptions extends Pick<RunOptions, 'schemas' | 'models'> {
  readonly planned: Plan
  readonly views: readonly ExportedView[]
  /** Where the history is. It is only read. */
  readonly history: TopicHome
  /** What is read of each source topic, by partition. */
  readonly ranges: ReadonlyMap<string, readonly Range[]>
  /** Gets the views. */
  readonly features: FeatureStore
  /** When inputs of the live run fell idle. Those of later stages have no place here. */
  readonly marks: readonly TaskMark[]
}

interface AsOfParts {
  readonly run: JobRun
  readonly home: Home
  readonly between: PassingHome
  readonly signal: AbortSignal
}

/** A job that is led through history: its views are as they were at the time that it was moved to. */
export class AsOfRun {
  private readonly run: JobRun
  private readonly home: Home
  private readonly between: PassingHome
  private readonly signal: AbortSignal
  private readonly sources: readonly TaskInput[]
  private readonly gates: readonly MarkGate[]
  private readonly hasLaterStages: boolean
  private yieldedAt = performance.now()

  static async open(options: AsOfOptions, signal: AbortSignal): Promise<AsOfRun> {
    const { planned, views, history, ranges, features, marks, schemas, models } = options
    refuseLookups(planned, views)
    const between = new PassingHome()
    const home = new ReplayHome({ history, results: between, ranges, stopped: signal })
    const stages = stagesFor(planned, views)
    const run = await JobRun.open(planned.job, {
      home,
      stores: viewStores(features, views),
      schemas,
      models,
      replay: { marks: marks.filter(({ task }) => isFirst(planned, task)) },
      only: task => stages.has(stageOf(task)),
    })
    return new AsOfRun({ run, home, between, signal })
  }

  private constructor({ run, home, between, signal }: AsOfParts) {
    this.run = run
    this.home = home
    this.between = between
    this.signal = signal
    const inputs = run.tasks.flatMap(task => task.inputs)
    this.sources = inputs.filter(isSource)
    this.gates = run.tasks.map(task => new MarkGate(task))
    this.hasLaterStages = this.sources.length < inputs.length
  }

  /** Records of the history. */
  get read(): number {
    return this.sources.reduce((sum, { counters }) => sum + counters.read, 0)
  }

  /** The job has then read all records up to the first one that is later than that time, and no others. */
  async moveTo(time: number): Promise<void> {
    for (const gate of this.gates) gate.now = time
    for (let isThere = false; !isThere; ) {
      for (const { feed } of this.sources) feed.before = time + 1
      const worked = await this.turn()
      // Stages that read what earlier ones write have to keep up with them.
      isThere = !this.isFull
      for (const { feed } of this.sources) feed.before = Number.NEGATIVE_INFINITY
      if (worked) await this.settle()
    }
  }

  async close(): Promise<void> {
    await this.run.close()
    await this.home.close()
  }

  private async settle(): Promise<void> {
    do await this.flush()
    while (this.hasLaterStages && (await this.turn()))
  }

  /** Enough was written for later stages to read it first. */
  private get isFull(): boolean {
    return this.between.hiddenBytes >= limits.exportStageBytes
  }

  /** Works until nothing is left to do, or enough is to be handed on. False: there was nothing. */
  private async turn(): Promise<boolean> {
    let worked = false
    do {
      while (!this.isFull && (await this.run.turn())) {
        await this.breathe()
        worked = true
      }
    } while (!this.isFull && (await this.looked()))
    await this.breathe()
    return worked
  }

  /** Lets other work of the process in, such as what stops it. */
  private async breathe(): Promise<void> {
    if (performance.now() - this.yieldedAt >= limits.yieldEveryMs) {
      await setImmediate()
      this.yieldedAt = performance.now()
    }
    this.signal.throwIfAborted()
  }

  private async looked(): Promise<boolean> {
    let found = false
    for (const gate of this.gates) if (await gate.look()) found = true
    return found
  }

  /** What a commit does, but for what is to be found by another run. */
  private async flush(): Promise<void> {
    for (const task of this.run.tasks) {
      await task.flush()
      task.marks.length = 0
    }
    this.between.publish()
  }
}

function stageOf(task: string): number {
  return Number(task.split('-')[0])
}

function isFirst({ stages }: Plan, task: string): boolean {
  const stage = stages.find(({ number }) => number === stageOf(task))
  return stage?.inputs.every(({ from }) => from === undefined) ?? false
}
