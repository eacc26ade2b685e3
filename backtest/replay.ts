import { closePlan, plan } from '../engine/graph/plan.ts'
import type { Home, TaskMark, TopicHome } from '../engine/home.ts'
import { deadLetterTopic } from '../engine/io/dead-letters.ts'
import type { Job } from '../engine/job.ts'
import type { Counts } from '../engine/progress.ts'
import { lessCounts } from '../engine/progress.ts'
import type { Range } from '../engine/replay/range-source.ts'
import { ReplayHome } from '../engine/replay/replay-home.ts'
import type { RunOptions } from '../engine/run.ts'
import { JobRun } from '../engine/run.ts'
import type { Stores } from '../engine/stores/stores.ts'
import type { Manifest, Stretch } from './manifest.ts'
import { pinned } from './pinned-models.ts'
import { UnheardHome } from './unheard-home.ts'
import { unheard } from './unheard-stores.ts'

export interface ReplayOptions extends Pick<RunOptions, 'schemas' | 'models' | 'clock' | 'commitEveryMs'> {
  readonly job: Job
  readonly manifest: Manifest
  /** Where the history is. It is only read. */
  readonly history: TopicHome
  /** Where the results go, and the state between two attempts. */
  readonly results: Home
  readonly stores: Stores
  /** When inputs of the live run fell idle; null where nobody knows. */
  readonly marks: readonly TaskMark[] | null
}

/** What is kept of a warm-up that has come to its end; undefined where none has. */
export interface WarmupMemory {
  load(): Counts | undefined
  save(counts: Counts): void
}

/** Runs a job over a stretch of history, first what fills its state and then what counts. */
export class Replay {
  private readonly options: ReplayOptions
  private readonly memory: WarmupMemory
  private run: JobRun | undefined
  private readBefore = 0

  constructor(options: ReplayOptions, memory: WarmupMemory) {
    this.options = options
    this.memory = memory
  }

  /** Records, warm-up and earlier attempts included. */
  get read(): number {
    return this.run === undefined ? this.readBefore : this.recordsRead(this.run)
  }

  /**
   * Until all is read, or the signal aborts: then another one over the same results goes on. Gives what was counted
   * since the warm-up, when it is whole.
   */
  async work(signal: AbortSignal): Promise<Counts | undefined> {
    const { manifest, stores } = this.options
    const stretches = Object.values(manifest.stretches).flat()
    let warm = this.memory.load()
    if (warm === undefined && stretches.some(({ warmup, from }) => warmup < from)) {
      const warmup = rangesOf(manifest, ({ warmup, from }) => ({ from: warmup, until: from }))
      warm = await this.part(warmup, unheard(stores), true, signal)
      if (warm === undefined) return undefined
      this.memory.save(warm)
    }
    const counted = rangesOf(manifest, ({ warmup, until }) => ({ from: warmup, until }))
    const counts = await this.part(counted, stores, false, signal)
    return counts && (warm === undefined ? counts : lessCounts(counts, warm))
  }

  private async part(
    ranges: ReadonlyMap<string, readonly Range[]>,
    stores: Stores,
    isUnheard: boolean,
    signal: AbortSignal,
  ): Promise<Counts | undefined> {
    const { job, manifest, history, results, marks, schemas, models, clock, commitEveryMs } = this.options
    const home = new ReplayHome({ history, results, ranges, stopped: signal })
    const run = await JobRun.open(job, {
      home: isUnheard ? new UnheardHome(home, resultTopics(job)) : home,
      stores,
      schemas,
      ...(models && { models: pinned(models, manifest.models) }),
      ...(clock && { clock }),
      ...(commitEveryMs !== undefined && { commitEveryMs }),
      // Without marks nothing falls idle: how long it takes here says nothing.
      replay: { marks: marks ?? [] },
    })
    this.run = run
    try {
      await run.work(signal, true)
      return signal.aborted ? undefined : run.counts()
    } finally {
      this.readBefore = this.recordsRead(run)
      this.run = undefined
      await run.close()
    }
  }

  /** Of the history, not of what the job's stages hand on to each other. */
  private recordsRead(run: JobRun): number {
    const counts = run.counts()
    const inputs = run.plan.stages.flatMap(stage => stage.inputs.filter(({ from }) => from === undefined))
    return inputs.reduce((sum, { id }) => sum + counts.inputs[id].read, 0)
  }
}

function rangesOf(
  { stretches }: Manifest,
  range: (stretch: Stretch) => Range,
): ReadonlyMap<string, readonly Range[]> {
  return new Map(Object.entries(stretches).map(([topic, parts]) => [topic, parts.map(range)]))
}

/** What is written for others: not the topics between stages, which the job needs itself. */
export function resultTopics(job: Job): Set<string> {
  const planned = plan(job)
  closePlan(planned)
  const sinks = planned.stages.flatMap(({ terminals }) => terminals.filter(({ kind }) => kind === 'sink'))
  return new Set([...sinks.map(({ topic }) => topic.name), deadLetterTopic(job.name)])
}
