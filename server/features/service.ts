import { isHeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import type { OnDemand } from '../../features/index.ts'
import { FeatureClient } from '../../features/index.ts'
import type { Service } from '../http/service.ts'
import { knownViews } from './known-views.ts'
import { showNewest } from './newest-metric.ts'
import { addReadRoute } from './read-route.ts'
import { addViewRoutes } from './view-routes.ts'

/** Serves the feature views of a store, and features that are computed of them. Whoever opened the store closes it. */
export function featureService(store: FeatureStore, onDemand: readonly OnDemand[] = []): Service {
  return {
    name: 'features',
    description: 'Online features: the newest values for an entity, as jobs have computed them',
    routes: (app, registry) => {
      // A second, as it is otherwise, is too short where thousands of requests come at once.
      const client = FeatureClient.open({ store, onDemand, registry, timeout: limits.serverAnswerMs })
      showNewest(registry, knownViews(store))
      addReadRoute(app, { store, client, onDemand })
      addViewRoutes(app, store)
    },
    reach: () => reach(store),
  }
}

/** Any answer will do, also that there is no such view. */
async function reach(store: FeatureStore): Promise<void> {
  try {
    await store.definition('headrace.ready')
  } catch (error) {
    if (!isHeadraceError(error, 'HR_VIEW_UNKNOWN')) throw error
  }
}
