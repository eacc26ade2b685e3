import type { TestContext } from 'node:test'
import { defaultScorerOptions } from '../../engine/models/scorer-options.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import type { ServerOptions } from '../../server/http/options.ts'
import type { ModelCatalog } from '../../server/models/model-catalog.ts'
import type { ServingOptions } from '../../server/models/served-model.ts'
import { ServedModels } from '../../server/models/served-models.ts'
import { modelService } from '../../server/models/service.ts'
import { ScriptedFeatures } from './scripted-features.ts'
import type { TestServer } from './test-server.ts'
import { testServer } from './test-server.ts'

export interface TestModelServer extends TestServer {
  readonly models: ServedModels
  /** Scores; the body is JSON data, or a text that is sent as it is. */
  score(model: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
}

export interface ModelServerOptions {
  readonly store?: FeatureStore
  readonly server?: Partial<ServerOptions>
  readonly serving?: Partial<Omit<ServingOptions, 'scoring'>>
  readonly scoring?: Partial<ServingOptions['scoring']>
}

/** A model server on a port of its own, which the end of the test ends. */
export async function modelServer(
  t: Pick<TestContext, 'after'>,
  catalog: ModelCatalog,
  { store = new ScriptedFeatures(), server = {}, serving = {}, scoring = {} }: ModelServerOptions = {},
): Promise<TestModelServer> {
  const models = new ServedModels(catalog, {
    batchWaitMs: 2,
    batchRows: undefined,
    ...serving,
    scoring: { ...defaultScorerOptions, ...scoring },
  })
  await models.openAll()
  const started = await testServer(t, modelService(models, store), server)
  t.after(() => models.close())
  return {
    ...started,
    models,
    score: (model, body, headers) => started.post(`/v1/models/${model}/score`, body, headers),
  }
}

export interface ScoreResult {
  readonly outputs: Readonly<Record<string, unknown>> | null
  readonly modelVersion: number | null
  readonly fallback: string | null
  readonly missing?: Readonly<Record<string, string>>
  readonly features?: Readonly<Record<string, { state: string; value: unknown; ageMs: number }>>
}

/** The results of an answer that is well. */
export async function resultsOf(response: Response): Promise<readonly ScoreResult[]> {
  const answer = (await response.json()) as { results: readonly ScoreResult[] }
  if (response.status !== 200) throw new Error(JSON.stringify(answer))
  return answer.results
}
