import { isHeadraceError } from '../engine/errors.ts'
import type { Plan } from '../engine/graph/plan.ts'
import type { FeatureViewSpec } from '../engine/stores/feature-view.ts'
import { needSameShape } from '../engine/stores/view-definition.ts'
import type { Deployment } from './config.ts'
import { openFeatureStore, storeOptions, storePlaces } from './stores.ts'

type Tell = (text: string) => void

/** Where the views and series of the job are, and that the views are stored there in no other shape. */
export async function checkStores(deployment: Deployment, planned: Plan, tell: Tell): Promise<string[]> {
  const options = storeOptions(deployment)
  const places = storePlaces(options)
  const stores = planned.stages.flatMap(({ storeEnds }) => storeEnds.map(({ store }) => store))
  const views = stores.filter(store => store.kind === 'features')
  const series = stores.filter(store => store.kind === 'series')
  return [
    ...(await describeViews(views, places.features, () => openFeatureStore(options, tell))),
    ...series.map(({ name }) => `series ${name}: in ${places.series}`),
  ]
}

async function describeViews(
  views: readonly FeatureViewSpec[],
  where: string,
  open: () => ReturnType<typeof openFeatureStore>,
): Promise<string[]> {
  if (views.length === 0) return []
  const store = await open()
  try {
    return await Promise.all(
      views.map(async view => {
        const { name, version } = view
        const stored = await store.definition(name, version).catch(notThere)
        if (stored !== undefined) needSameShape(stored, view)
        const there = stored === undefined ? ', not there yet, a run defines it' : ''
        return `view ${name}, version ${version}: in ${where}${there}`
      }),
    )
  } finally {
    await store.close()
  }
}

function notThere(error: unknown): undefined {
  if (!isHeadraceError(error, 'HR_VIEW_UNKNOWN')) throw error
}
