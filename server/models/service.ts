import { limits } from '../../engine/limits.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import { FeatureClient } from '../../features/index.ts'
import type { Service } from '../http/service.ts'
import { showModels } from './model-metrics.ts'
import { addModelRoutes } from './model-routes.ts'
import { addScoreRoute } from './score-route.ts'
import type { ServedModels } from './served-models.ts'

/** Scores with models, of which `store` may have features. Whoever opened the models and the store closes them. */
export function modelService(models: ServedModels, store: FeatureStore): Service {
  return {
    name: 'models',
    description: 'Scores of models, for rows that are sent or for features that jobs have computed',
    routes: (app, registry) => {
      const client = FeatureClient.open({ store, registry, timeout: limits.serverAnswerMs })
      showModels(registry, models)
      addScoreRoute(app, models, client)
      addModelRoutes(app, models)
    },
    reach: async () => {
      await models.catalog.names()
    },
  }
}
