import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Manifest } from '../../backtest/manifest.ts'
import { resultTopics } from '../../backtest/replay.ts'
import { UnheardHome } from '../../backtest/unheard-home.ts'
import { unheard } from '../../backtest/unheard-stores.ts'
import type { Batch } from '../../engine/batch/batch.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { LiveStep } from '../../engine/graph/live-step.ts'
import type { Job } from '../../engine/job.ts'
import { ReplayHome } from '../../engine/replay/replay-home.ts'
import { JobRun } from '../../engine/run.ts'
import type { Reference } from '../../operators/drift/reference.ts'
import { ReferenceSample, watchableKinds } from '../../operators/drift/reference-sample.ts'
import { Drift } from '../../operators/drift.ts'
import type { Deployment } from '../config.ts'
import { usageError } from '../flags.ts'
import { openHome, openRegistry } from '../home.ts'
import { openModels } from '../models.ts'
import type { Place } from '../place/place.ts'
import { openStores, storeOptions } from '../stores.ts'

export interface CaptureRequest {
  readonly job: Job
  readonly step: string
  /** Those of the step, if it is of drift, or all that can be watched, unless they are named. */
  readonly fields: readonly string[] | undefined
  readonly rows: number
  readonly place: Place
  readonly stretches: Manifest['stretches']
  readonly deployment: Deployment
  readonly note: (text: string) => void
}

/** Runs a job over its topics, apart from the live one, until a step has taken enough rows in. */
export async function capture(request: CaptureRequest, signal: AbortSignal): Promise<Reference> {
  const { job, place, stretches, deployment, note } = request
  const dir = mkdtempSync(join(tmpdir(), 'headrace-reference-'))
  const results = openHome({ ...deployment, dataDir: dir, fsync: 'never' })
  const stores = await openStores(storeOptions(deployment), note)
  const models = openModels(deployment, note)
  const schemas = openRegistry(deployment, note)
  const history = {
    ...readOnly,
    partitions: place.partitions.bind(place),
    openSource: place.openSource.bind(place),
  }
  const home = new ReplayHome({
    history,
    results,
    ranges: new Map(Object.entries(stretches)),
    stopped: signal,
  })
  const silent = new UnheardHome(home, resultTopics(job))
  const options = { home: silent, stores: unheard(stores), schemas, models, replay: { marks: [] } }
  try {
    return await gather(await JobRun.open(job, options), request, signal)
  } finally {
    schemas?.close()
    await Promise.all([stores.close(), models.close(), results.close()])
    rmSync(dir, { recursive: true })
  }
}

const readOnly = {
  createTopic: async () => {
    throw usageError('nothing is made where the topics are')
  },
  close: async () => {},
}

async function gather(run: JobRun, request: CaptureRequest, signal: AbortSignal): Promise<Reference> {
  const { step, rows } = request
  const enough = new AbortController()
  let sample: ReferenceSample | undefined
  try {
    for (const live of stepsOf(run, step)) {
      const took = (batch: Batch) => {
        sample ??= sampleOf(live, batch, request)
        sample.take(batch, Math.min(batch.rows, rows - sample.rows))
        if (sample.rows === rows) enough.abort()
      }
      live.context.watch = { took }
    }
    await run.work(AbortSignal.any([signal, enough.signal]), true)
  } finally {
    await run.close()
  }
  if (sample !== undefined) return sample.reference()
  throw new HeadraceError('HR_REFERENCE_INVALID', 'no row came to it', { job: run.plan.job.name, step })
}

function stepsOf(run: JobRun, step: string): LiveStep[] {
  const steps = run.tasks.flatMap(task => task.steps)
  const found = steps.filter(({ id }) => id === step)
  if (found.length > 0) return found
  const known = [...new Set(steps.map(({ id }) => id))].join(', ')
  throw new HeadraceError('HR_STEP_UNKNOWN', `there are ${known}`, { job: run.plan.job.name, step })
}

function sampleOf({ id, running }: LiveStep, { schema }: Batch, { fields }: CaptureRequest): ReferenceSample {
  const own = running instanceof Drift ? running.settings.fields : watchableIn(schema)
  return new ReferenceSample(schema, fields ?? own, id)
}

function watchableIn({ names, fields }: Schema): string[] {
  return names.filter(name => watchableKinds.includes(fields[name].kind) && fields[name].kind !== 'timestamp')
}
