import type { Explanation } from '../../backtest/why/explanation.ts'
import type { Target } from '../../backtest/why/target.ts'
import { TracedRun } from '../../backtest/why/traced-run.ts'
import { Why } from '../../backtest/why/why.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import type { SchemaRegistry } from '../../engine/schema-registry.ts'
import type { Deployment } from '../config.ts'
import { openModels } from '../models.ts'
import type { Place } from '../place/place.ts'
import { readOnly } from '../replay/history.ts'
import { marksOf } from '../replay/marks.ts'
import { modelVersions } from '../replay/model-versions.ts'
import type { Asked } from '../replay/range.ts'
import { stretchesOf } from '../replay/range.ts'
import { StopSignals } from '../stop-signals.ts'
import { openStores, storeOptions } from '../stores.ts'
import type { WhyProgress } from './progress.ts'

export interface WhyRequest {
  readonly planned: Plan
  readonly target: Target
  readonly asked: Asked
  /** Versions of models, as `anomaly=2,recommend=3`. */
  readonly models: string
  /** Where the history is. */
  readonly place: Place
  readonly deployment: Deployment
  readonly schemas: SchemaRegistry | undefined
  readonly progress: WhyProgress
}

export interface Explained extends Explanation {
  /** Passes over the history, how many records one of them may read, and how long all took. */
  readonly passes: number
  readonly stretch: number
  readonly seconds: number
  readonly models: Readonly<Record<string, number>>
  /** Source topics whose first records are no longer there, by name. */
  readonly begins: Readonly<Record<string, readonly number[]>>
}

/** Runs the job over its history until it is clear where the row comes from; null if it was stopped. Nothing is written. */
export async function explain(request: WhyRequest): Promise<Explained | null> {
  const { planned, target, asked, place, deployment, schemas, progress } = request
  const note = (text: string) => progress.note(text)
  const stretches = await stretchesOf(planned, place, asked)
  const versions = await modelVersions(deployment, request.models)
  const models = openModels(deployment, note)
  const stores = await openStores(storeOptions(deployment), note)
  const marks = await marksOf(planned, place, stretches)
  const history = readOnly(place)
  const { job } = planned
  const run = new TracedRun({ job, history, stretches, versions, stores, models, schemas, marks })
  const stretch = Object.values(stretches)
    .flat()
    .reduce((sum, { from, until }) => sum + until - from, 0)
  const stop = new StopSignals(
    () => {},
    () => {},
  )
  const why = new Why(job, target, run)
  progress.start(run)
  try {
    const explanation = await why.explain(stop.signal)
    const begun = Object.entries(stretches).map(
      ([topic, parts]) => [topic, parts.map(({ from }) => from)] as const,
    )
    const begins = Object.fromEntries(begun.filter(([, offsets]) => offsets.some(offset => offset > 0)))
    return {
      ...explanation,
      passes: run.passes,
      stretch,
      seconds: progress.seconds,
      models: versions,
      begins,
    }
  } catch (error) {
    if (stop.signal.aborted) return null
    throw error
  } finally {
    progress.erase()
    stop.release()
    why.close()
    await Promise.all([stores.close(), models.close()])
  }
}
