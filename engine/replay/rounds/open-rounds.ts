import { openJob, partitionsOf } from '../../assemble.ts'
import type { Home, TaskMark } from '../../home.ts'
import type { Job } from '../../job.ts'
import { limits } from '../../limits.ts'
import type { Evolution } from '../../recovery/task-state.ts'
import { JobRun } from '../../run.ts'
import type { Clock } from '../../time/clock.ts'
import { systemClock } from '../../time/clock.ts'
import type { JobModule } from '../../workers/job-module.ts'
import { moduleOf } from '../../workers/job-module.ts'
import type { WorkerEntry } from '../../workers/pool.ts'
import { inSharedMemory } from '../../workers/pool.ts'
import type { Services } from '../../workers/service-modules.ts'
import { modulesOf } from '../../workers/service-modules.ts'
import type { Pace } from './pace.ts'
import { RoundHome } from './round-home.ts'
import { RoundRun } from './round-run.ts'
import { RoundTasks } from './round-tasks.ts'
import { RoundThread } from './round-thread.ts'
import type { RoundWorker } from './round-worker.ts'

/** How the tasks of a replay are spread over threads. */
export interface RoundThreads {
  readonly count: number
  /** Where the threads find the job: it has to be the one that is replayed. */
  readonly jobModule: JobModule
  /** A module that calls `serveRounds`, and what it is to open. */
  readonly entry: WorkerEntry
  /** What the threads are to open of their own. */
  readonly services: Services
  /** Told what was survived. */
  readonly notify: (message: string) => void
}

export interface RoundOptions extends Services {
  readonly home: Home
  readonly clock?: Clock
  readonly commitEveryMs?: number
  /** When inputs of the run that is repeated fell idle, and the time of day. */
  readonly marks: readonly TaskMark[]
  /** Milliseconds of the log's time in a round. */
  readonly roundMs: number
  readonly pace?: Pace | undefined
  /** Told what a changed job has dropped of the stored state, and what starts empty. */
  readonly onEvolution?: (changes: readonly Evolution[]) => void
  readonly stopped: AbortSignal
  /** Without it all is done in this thread. */
  readonly threads?: RoundThreads | undefined
}

/** Opens a job to be run over a stretch of its topics. */
export async function openRounds(job: Job, options: RoundOptions): Promise<RoundRun> {
  const opened = await openJob(job, options.home, options.schemas)
  const { clock = systemClock, commitEveryMs = limits.commitEveryMs, roundMs, pace } = options
  try {
    const tasks = opened.plan.stages.map(stage => partitionsOf(stage, opened.partitions, job.name))
    const count = Math.min(options.threads?.count ?? 1, Math.max(...tasks))
    const workers =
      options.threads === undefined || count === 1
        ? [await openHere(opened, options)]
        : openThreads(opened, options, options.threads, count)
    return new RoundRun({ opened, workers, roundMs, clock, commitEveryMs, pace })
  } catch (error) {
    await opened.jobHome.close()
    throw error
  }
}

type Opened = Awaited<ReturnType<typeof openJob>>

async function openHere(opened: Opened, options: RoundOptions): Promise<RoundWorker> {
  const { home: topics, clock = systemClock, marks, stopped, schemas, stores, models, onEvolution } = options
  const { jobHome } = opened
  // Tasks take turns in the order in which their outputs belong.
  const append = jobHome.append.bind(jobHome)
  const home = new RoundHome(jobHome.restore(), append)
  const services = { schemas, stores, models }
  const run = await JobRun.start(
    { ...opened, jobHome: home },
    { home: topics, clock, ...services, replay: { marks }, ...(onEvolution && { onEvolution }) },
  )
  return new RoundTasks({ run, home, written: [], clock, stopped })
}

function openThreads(
  { plan, jobHome }: Opened,
  { marks, stopped, onEvolution = () => {} }: RoundOptions,
  { jobModule, entry, services, notify }: RoundThreads,
  count: number,
): RoundWorker[] {
  const start = {
    ...{ job: moduleOf(plan.job, jobModule), count, marks },
    options: entry.homeOptions,
    services: modulesOf(services),
    limits: { ...limits },
    records: Array.from(jobHome.restore(), inSharedMemory),
  }
  return Array.from(
    { length: count },
    (_, index) => new RoundThread(entry.module, { ...start, index }, stopped, { notify, onEvolution }),
  )
}
