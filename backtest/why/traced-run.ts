import type { TaskMark, TopicHome } from '../../engine/home.ts'
import type { Job } from '../../engine/job.ts'
import type { Range } from '../../engine/replay/range-source.ts'
import { ReplayHome } from '../../engine/replay/replay-home.ts'
import type { RunOptions } from '../../engine/run.ts'
import { JobRun } from '../../engine/run.ts'
import type { Stores } from '../../engine/stores/stores.ts'
import { PassingHome } from '../passing-home.ts'
import { pinned } from '../pinned-models.ts'
import { unheard } from '../unheard-stores.ts'
import type { JobGraph } from './job-graph.ts'
import type { Collector } from './tracer.ts'
import { trace } from './tracer.ts'

export interface TracedRunOptions extends Pick<RunOptions, 'schemas' | 'models' | 'clock' | 'commitEveryMs'> {
  readonly job: Job
  /** Where the history is. It is only read. */
  readonly history: TopicHome
  /** What of each source topic is read, by partition. */
  readonly stretches: Readonly<Record<string, readonly Range[]>>
  /** Versions of models, by name. */
  readonly versions: Readonly<Record<string, number>>
  /** What is looked up. Nothing is written to them. */
  readonly stores: Stores
  /** When inputs of the live run fell idle. */
  readonly marks: readonly TaskMark[]
}

/** Runs a job over the same history as often as it is asked to. Nothing of it is kept but what is watched. */
export class TracedRun {
  /** Passes so far, the one that is going on included. */
  passes = 0
  /** By source, as the last pass that read all of it has counted. */
  unreadable: Readonly<Record<string, number>> = {}
  private readonly options: TracedRunOptions
  private run: JobRun | undefined

  constructor(options: TracedRunOptions) {
    this.options = options
  }

  /** Records that the pass that is going on has in all: those of the tasks that matter to it. */
  get records(): number {
    const inputs = (this.run?.tasks ?? []).flatMap(({ inputs }) => inputs)
    const { stretches } = this.options
    return inputs.reduce((sum, { spec, partition }) => {
      const range = stretches[spec.name]?.[partition]
      return range === undefined ? sum : sum + range.until - range.from
    }, 0)
  }

  /** Records of the pass that is going on. */
  get read(): number {
    const { run } = this
    if (run === undefined) return 0
    const { inputs } = run.counts()
    return sourcesOf(run).reduce((sum, id) => sum + (inputs[id]?.read ?? 0), 0)
  }

  /** A pass that was stopped has not seen everything: then it throws what the signal says. */
  async pass(
    collectors: readonly Collector[],
    graph: JobGraph,
    only: (task: string) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    if (collectors.length === 0) return
    const { job, history, stretches, versions, stores, marks, schemas, models, clock, commitEveryMs } =
      this.options
    const ranges = new Map(Object.entries(stretches))
    const home = new ReplayHome({ history, results: new PassingHome(), ranges, stopped: signal })
    this.passes++
    const run = await JobRun.open(job, {
      home,
      schemas,
      stores: unheard(stores),
      ...(models && { models: pinned(models, versions) }),
      ...(clock && { clock }),
      ...(commitEveryMs !== undefined && { commitEveryMs }),
      replay: { marks },
      only,
    })
    this.run = run
    try {
      trace(run, graph, collectors)
      await run.work(signal, true)
      signal.throwIfAborted()
      if (this.passes === 1) this.unreadable = unreadableOf(run)
    } finally {
      this.run = undefined
      await run.close()
    }
  }
}

/** Inputs of the history, not what stages hand on to each other. */
function sourcesOf({ plan }: JobRun): string[] {
  return plan.stages.flatMap(({ inputs }) =>
    inputs.flatMap(({ id, from }) => (from === undefined ? [id] : [])),
  )
}

function unreadableOf(run: JobRun): Record<string, number> {
  const { inputs } = run.counts()
  const counted = sourcesOf(run).map(id => [id, inputs[id]?.rejected ?? 0] as const)
  return Object.fromEntries(counted.filter(([, rejected]) => rejected > 0))
}
