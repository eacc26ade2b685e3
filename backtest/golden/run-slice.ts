import { MemoryHome } from '../../connectors/memory/home.ts'
import { MemoryStores } from '../../connectors/memory/stores.ts'
import { closePlan, plan } from '../../engine/graph/plan.ts'
import type { Job } from '../../engine/job.ts'
import type { ModelHome } from '../../engine/models/model-home.ts'
import type { Counts, InputCounts } from '../../engine/progress.ts'
import { ReplayHome } from '../../engine/replay/replay-home.ts'
import { JobRun } from '../../engine/run.ts'
import type { SchemaRegistry } from '../../engine/schema-registry.ts'
import { ManualClock } from '../../engine/time/clock.ts'
import type { Output } from './outputs.ts'
import { outputsOf } from './outputs.ts'
import { Slice } from './slice.ts'
import { UsedVersions } from './used-versions.ts'

export interface SliceRun {
  readonly job: Job
  /** The directory of the slice. */
  readonly slice: string
  readonly models?: ModelHome | undefined
  /** Versions that score, whichever serve. */
  readonly versions?: Readonly<Record<string, number>>
  /** What look-ups find, and where views and series go; empty ones in memory unless said otherwise. */
  readonly stores?: MemoryStores | undefined
  readonly schemas?: SchemaRegistry | undefined
}

/** All that a job gives over a slice. */
export interface SliceResults {
  readonly inputs: Readonly<Record<string, InputCounts>>
  /** Rows by step, where there are some. */
  readonly late: Readonly<Record<string, number>>
  readonly rejected: Readonly<Record<string, number>>
  /** Versions of models that have scored. */
  readonly models: Readonly<Record<string, number>>
  readonly outputs: readonly Output[]
}

/** Runs a job over a slice as a replay does, in memory, under a clock that stands still. */
export async function runSlice({
  job,
  slice: dir,
  models,
  versions,
  stores,
  schemas,
}: SliceRun): Promise<SliceResults> {
  const slice = new Slice(dir)
  const results = new MemoryHome()
  const clock = new ManualClock()
  const inMemory = stores ?? new MemoryStores(clock)
  const used = models && new UsedVersions(models, versions)
  const { signal } = new AbortController()
  const ranges = await slice.ranges(topicsRead(job))
  const run = await JobRun.open(job, {
    home: new ReplayHome({ history: slice.home, results, ranges, stopped: signal }),
    ...{ clock, stores: inMemory, schemas, models: used },
    // Nobody knows when an input fell idle.
    replay: { marks: [] },
  })
  try {
    await run.work(signal, true)
    const counts = run.counts()
    return {
      inputs: Object.fromEntries(sourcesIn(run.plan).map(({ id }) => [id, counts.inputs[id]])),
      late: some(counts, 'late'),
      rejected: some(counts, 'rejected'),
      models: used?.versions ?? {},
      outputs: await outputsOf(run.plan, results, inMemory, schemas),
    }
  } finally {
    await run.close()
  }
}

/** The topics that a job reads, except for those between its stages. */
export function topicsRead(job: Job): string[] {
  const planned = plan(job)
  closePlan(planned)
  return [...new Set(sourcesIn(planned).map(({ source }) => source.name))]
}

function sourcesIn({ stages }: ReturnType<typeof plan>) {
  return stages.flatMap(({ inputs }) => inputs.filter(({ from }) => from === undefined))
}

function some({ steps }: Counts, count: 'late' | 'rejected'): Record<string, number> {
  const entries = Object.entries(steps).map(([id, totals]) => [id, totals[count]] as const)
  return Object.fromEntries(entries.filter(([, rows]) => rows > 0))
}
