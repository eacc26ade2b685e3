import type { FastifyInstance } from 'fastify'
import { HeadraceError, isHeadraceError } from '../../engine/errors.ts'
import type { Serving } from '../../engine/models/model-home.ts'
import type { ModelCatalog } from './model-catalog.ts'
import { listSchema, serveSchema, showSchema } from './model-schemas.ts'
import type { ServedModels } from './served-models.ts'
import { unknown } from './served-models.ts'

interface OfModel {
  Params: { readonly model: string }
}

interface ServeRoute extends OfModel {
  Body: { readonly version: number; readonly shadow?: number | null }
}

/** What models there are, for those who may score with them; which version serves, for `admin`. */
export function addModelRoutes(app: FastifyInstance, models: ServedModels): void {
  const { catalog } = models
  app.get('/v1/models', { schema: listSchema, config: { needs: 'any' } }, async ({ caller }) => {
    const names = await catalog.names()
    const own = names.filter(name => caller.may(`score:${name}`))
    return { models: await Promise.all(own.map(name => shown(name, models))) }
  })
  const config = { needs: ({ model }: Readonly<Record<string, string>>) => `score:${model}` }
  app.get<OfModel>('/v1/models/:model', { schema: showSchema, config }, ({ params }) =>
    shown(params.model, models),
  )
  const admin = { needs: () => 'admin' }
  app.post<ServeRoute>(
    '/v1/models/:model/serving',
    { schema: serveSchema, config: admin },
    async (request, reply) => {
      const { model } = request.params
      const { version, shadow = null } = request.body
      if (shadow === version) {
        throw new HeadraceError('HR_REQUEST_INVALID', `version ${version} cannot score beside itself`)
      }
      await needFit(catalog, model, version)
      if (shadow !== null) await needFit(catalog, model, shadow)
      await catalog.serve(model, { version, shadow })
      request.log.warn({ model, version, shadow, caller: request.caller.name }, 'serving')
      return reply.code(204).send()
    },
  )
}

/** Loads the version, so that nobody finds out later that it cannot be. */
async function needFit(catalog: ModelCatalog, name: string, version: number): Promise<void> {
  try {
    const loaded = await catalog.load(await catalog.model(name, version), version)
    await loaded.close()
  } catch (error) {
    if (!isHeadraceError(error) || error.code === 'HR_MODEL_UNKNOWN') throw error
    const message = `version ${version} of model "${name}" cannot be loaded: ${error.code}: ${error.what}`
    throw new HeadraceError('HR_MODEL_REFUSED', message, { cause: error })
  }
}

async function shown(name: string, models: ServedModels): Promise<object> {
  const { catalog } = models
  const versions = await catalog.versions(name)
  if (versions.length === 0) throw unknown(name)
  const served = models.find(name)
  const serving = await servingOf(catalog, name)
  return {
    name,
    serving: serving && { version: serving.version, shadow: serving.shadow },
    // Of what scores now: a version that is to serve may not be there yet, or be refused.
    scoring: served === undefined ? null : { ...served.figures, waitingRows: served.waitingRows },
    inputs: served?.model.inputs ?? null,
    outputs: served?.model.outputs ?? null,
    versions,
  }
}

/** There may be versions of which nobody has said yet that one is to serve. */
async function servingOf(catalog: ModelCatalog, name: string): Promise<Serving | null> {
  try {
    return await catalog.serving(name)
  } catch (error) {
    if (isHeadraceError(error, 'HR_MODEL_UNKNOWN')) return null
    throw error
  }
}
