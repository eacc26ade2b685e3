import type { FastifyInstance } from 'fastify'
import { HeadraceError } from '../../engine/errors.ts'
import type { FeatureStore, ViewListing } from '../../engine/stores/feature-store.ts'
import { dropSchema, listSchema, promoteSchema, showSchema } from './view-schemas.ts'

interface OfView {
  Params: { readonly view: string }
}

interface OfVersion {
  Params: { readonly view: string; readonly version: string }
}

/** What views there are, for those who may read them; what becomes of their versions, for `admin`. */
export function addViewRoutes(app: FastifyInstance, store: FeatureStore): void {
  app.get('/v1/features', { schema: listSchema, config: { needs: 'any' } }, async ({ caller }) => {
    const views = await store.list()
    return { views: views.filter(({ name }) => caller.may(`read:${name}`)).map(shown) }
  })
  const config = { needs: ({ view }: Readonly<Record<string, string>>) => `read:${view}` }
  app.get<OfView>('/v1/features/:view', { schema: showSchema, config }, async ({ params }) => {
    const views = await store.list()
    const found = views.find(({ name }) => name === params.view)
    if (found !== undefined) return shown(found)
    throw new HeadraceError('HR_VIEW_UNKNOWN', `there is no feature view "${params.view}"`)
  })
  addChanges(app, store)
}

function addChanges(app: FastifyInstance, store: FeatureStore): void {
  const path = '/v1/features/:view/versions/:version'
  const admin = { needs: () => 'admin' }
  app.post<OfVersion>(`${path}/promote`, { schema: promoteSchema, config: admin }, async (request, reply) => {
    const { view, version } = request.params
    await store.promote(view, Number(version))
    request.log.warn({ view, version, caller: request.caller.name }, 'promoted')
    return reply.code(204).send()
  })
  app.delete<OfVersion>(path, { schema: dropSchema, config: admin }, async (request, reply) => {
    const { view, version } = request.params
    await store.drop(view, Number(version))
    request.log.warn({ view, version, caller: request.caller.name }, 'dropped')
    return reply.code(204).send()
  })
}

function shown({ name, promoted, versions }: ViewListing): object {
  return {
    name,
    promoted,
    versions: versions.map(({ definition, entities, newest }) => {
      const { version, entity, ttlMs, description, fields } = definition
      return { version, entity, ttlMs, description, fields, entities, newest }
    }),
  }
}
