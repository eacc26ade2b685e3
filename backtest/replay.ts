import { auditTopic } from '../engine/audit/audit-entry.ts'
import { closePlan, plan, sinksOf } from '../engine/graph/plan.ts'
import type { Home, TaskMark, TopicHome } from '../engine/home.ts'
import { deadLetterTopic } from '../engine/io/dead-letters.ts'
import type { Job } from '../engine/job.ts'
import type { Counts } from '../engine/progress.ts'
import { lessCounts } from '../engine/progress.ts'
import type { Range } from '../engine/replay/range-source.ts'
import { ReplayHome } from '../engine/replay/replay-home.ts'
import type { RoundOptions, RoundThreads } from '../engine/replay/rounds/open-rounds.ts'
import { openRounds } from '../engine/replay/rounds/open-rounds.ts'
import { Pace } from '../engine/replay/rounds/pace.ts'
import type { RoundRun } from '../engine/replay/rounds/round-run.ts'
import type { RunOptions } from '../engine/run.ts'
import type { Stores } from '../engine/stores/stores.ts'
import { systemClock } from '../engine/time/clock.ts'
import type { Manifest, Stretch } from './manifest.ts'
import { replayedServices } from './replayed-services.ts'
import { UnheardHome } from './unheard-home.ts'

export interface ReplayOptions
  extends Pick<RunOptions, 'schemas' | 'models' | 'clock' | 'commitEveryMs' | 'onEvolution'> {
  readonly job: Job
  readonly manifest: Manifest
  /** Where the history is. It is only read. */
  readonly history: TopicHome
  /** Where the results go, and the state between two attempts. */
  readonly results: Home
  readonly stores: Stores
  /** When inputs of the live run fell idle; null where nobody knows. */
  readonly marks: readonly TaskMark[] | null
  /** So many times as fast as the clock; without it as fast as can be. */
  readonly speed?: number | undefined
  /** Spreads the tasks over threads. */
  readonly threads?: ThreadOptions | undefined
}

/** What threads of a replay open the same by, each for itself. Plain data. */
export interface ThreadPart {
  readonly ranges: ReadonlyMap<string, readonly Range[]>
  readonly versions: Readonly<Record<string, number>>
  readonly isUnheard: boolean
}

export interface ThreadOptions extends Omit<RoundThreads, 'services' | 'entry'> {
  entry(part: ThreadPart): RoundThreads['entry']
}

/**
 * What was counted before the records that count: by a warm-up that has come to its end, or by the live job up to the
 * checkpoint that the replay begins with. Undefined where there is neither.
 */
export interface WarmupMemory {
  load(): Counts | undefined
  save(counts: Counts): void
}

/** Runs a job over a stretch of history, first what fills its state and then what counts. */
export class Replay {
  private readonly options: ReplayOptions
  private readonly memory: WarmupMemory
  private run: RoundRun | undefined
  private readBefore = 0
  /** By the live job, up to a checkpoint. */
  private live: Counts | undefined

  constructor(options: ReplayOptions, memory: WarmupMemory) {
    this.options = options
    this.memory = memory
  }

  /** Records, warm-up and earlier attempts included. */
  get read(): number {
    return this.run === undefined ? this.readBefore : this.recordsRead(this.run)
  }

  /** The time of the log that it has come to, once it is known. */
  get time(): number | undefined {
    const reached = this.run?.reached ?? Number.NaN
    return Number.isFinite(reached) ? Math.min(reached, this.lastMs) : undefined
  }

  /** Where it goes by the clock. */
  get secondsLeft(): number | undefined {
    const { time } = this
    const { speed } = this.options
    if (speed === undefined || time === undefined) return undefined
    return Math.ceil((this.lastMs - time) / speed / 1000)
  }

  private get lastMs(): number {
    return this.options.manifest.rounds?.lastMs ?? Number.POSITIVE_INFINITY
  }

  /**
   * Until all is read, or the signal aborts: then another one over the same results goes on. Gives what was counted
   * since the warm-up, when it is whole.
   */
  async work(signal: AbortSignal): Promise<Counts | undefined> {
    const { manifest } = this.options
    const stretches = Object.values(manifest.stretches).flat()
    let warm = this.memory.load()
    const isWarmed = stretches.some(({ warmup, from }) => warmup < from)
    if (!isWarmed) this.live = warm
    if (warm === undefined && isWarmed) {
      const warmup = rangesOf(manifest, ({ warmup, from }) => ({ from: warmup, until: from }))
      warm = await this.part(warmup, true, signal)
      if (warm === undefined) return undefined
      this.memory.save(warm)
    }
    const counted = rangesOf(manifest, ({ warmup, until }) => ({ from: warmup, until }))
    const counts = await this.part(counted, false, signal)
    return counts && (warm === undefined ? counts : lessCounts(counts, warm))
  }

  private async part(
    ranges: ReadonlyMap<string, readonly Range[]>,
    isUnheard: boolean,
    signal: AbortSignal,
  ): Promise<Counts | undefined> {
    const { job, history, results } = this.options
    const home = new ReplayHome({ history, results, ranges, stopped: signal })
    const heard = isUnheard ? new UnheardHome(home, resultTopics(job)) : home
    const run = await openRounds(job, this.roundOptions(heard, ranges, isUnheard, signal))
    this.run = run
    try {
      await run.work(signal)
      return signal.aborted ? undefined : run.counts()
    } finally {
      this.readBefore = this.recordsRead(run)
      this.run = undefined
      await run.close()
    }
  }

  private roundOptions(
    home: Home,
    ranges: ReadonlyMap<string, readonly Range[]>,
    isUnheard: boolean,
    stopped: AbortSignal,
  ): RoundOptions {
    const { manifest, schemas, stores, models, marks, clock = systemClock, speed, threads } = this.options
    const { commitEveryMs, onEvolution } = this.options
    const { rounds = { everyMs: Number.POSITIVE_INFINITY, lastMs: 0 }, models: versions } = manifest
    const services = { schemas, stores, models }
    return {
      ...{ home, clock, stopped },
      ...replayedServices(services, { versions, isUnheard }),
      ...(commitEveryMs !== undefined && { commitEveryMs }),
      ...(onEvolution && { onEvolution }),
      // Without marks nothing falls idle: how long it takes here says nothing.
      marks: marks ?? [],
      roundMs: rounds.everyMs,
      pace: speed === undefined || isUnheard ? undefined : new Pace(speed, clock, rounds.lastMs),
      threads: threads && { ...threads, services, entry: threads.entry({ ranges, versions, isUnheard }) },
    }
  }

  /** Of the history, not of what the job's stages hand on to each other. */
  private recordsRead(run: RoundRun): number {
    const counts = run.counts()
    const inputs = run.plan.stages.flatMap(stage => stage.inputs.filter(({ from }) => from === undefined))
    // Threads that have not answered yet have counted nothing.
    const begun = inputs.filter(({ id }) => counts.inputs[id] !== undefined)
    return begun.reduce((sum, { id }) => sum + counts.inputs[id].read - (this.live?.inputs[id]?.read ?? 0), 0)
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
  return new Set([
    ...sinksOf(planned).map(({ topic }) => topic.name),
    deadLetterTopic(job.name),
    auditTopic(job.name),
  ])
}
