import type { Manifest } from '../../backtest/manifest.ts'
import { PassingHome } from '../../backtest/passing-home.ts'
import { unheard } from '../../backtest/unheard-stores.ts'
import type { Batch } from '../../engine/batch/batch.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { LiveStep } from '../../engine/graph/live-step.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import { ReplayHome } from '../../engine/replay/replay-home.ts'
import { JobRun } from '../../engine/run.ts'
import type { Reference } from '../../operators/drift/reference.ts'
import { ReferenceSample, watchableKinds } from '../../operators/drift/reference-sample.ts'
import { Drift } from '../../operators/drift.ts'
import type { Deployment } from '../config.ts'
import { openRegistry } from '../home.ts'
import { openModels } from '../models.ts'
import type { Place } from '../place/place.ts'
import { readOnly } from '../replay/history.ts'
import { marksOf } from '../replay/marks.ts'
import { openStores, storeOptions } from '../stores.ts'

export interface CaptureRequest {
  readonly planned: Plan
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
  const { planned, place, stretches, deployment, note } = request
  const stores = await openStores(storeOptions(deployment), note)
  const models = openModels(deployment, note)
  const schemas = openRegistry(deployment, note)
  const home = new ReplayHome({
    history: readOnly(place),
    results: new PassingHome(),
    ranges: new Map(Object.entries(stretches)),
    stopped: signal,
  })
  try {
    const replay = { marks: await marksOf(planned, place, stretches) }
    const options = { home, stores: unheard(stores), schemas, models, replay }
    return await gather(await JobRun.open(planned.job, options), request, signal)
  } finally {
    schemas?.close()
    await Promise.all([stores.close(), models.close()])
  }
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
