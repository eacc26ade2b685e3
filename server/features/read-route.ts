import type { FastifyInstance } from 'fastify'
import type { Fields } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import type { Duration } from '../../engine/time/duration.ts'
import { durationMs } from '../../engine/time/duration.ts'
import type { FeatureClient, OnDemand, ReadAnswer } from '../../features/index.ts'
import { prefers } from '../http/accepts.ts'
import { ArrowWriter, arrowType } from '../http/arrow.ts'
import { answerFields, answerValues } from './arrow-answer.ts'
import { jsonAnswer } from './json-answer.ts'
import type { ReadBody } from './read-schema.ts'
import { readSchema } from './read-schema.ts'
import { RequestValues } from './request-values.ts'

interface ReadRoute {
  Params: { readonly view: string }
  Body: ReadBody
}

export interface Sources {
  readonly store: FeatureStore
  readonly client: FeatureClient
  readonly onDemand: readonly OnDemand[]
}

export function addReadRoute(app: FastifyInstance, sources: Sources): void {
  const values = new RequestValues(sources.onDemand)
  const arrow = new ArrowWriter()
  const config = { needs: ({ view }: Readonly<Record<string, string>>) => `read:${view}` }
  app.post<ReadRoute>('/v1/features/:view', { schema: readSchema, config }, async (asked, reply) => {
    const { entities, fields, version, maxAge, request = {} } = asked.body
    needFew(entities.length)
    const { view } = asked.params
    const maxAgeMs = maxAge === undefined ? undefined : durationMs(maxAge as Duration, 'maxAge')
    const given = values.read(view, request)
    const answer = await sources.client.read({ view, version, entities, fields, maxAgeMs, request: given })
    if (!prefers(arrowType, asked.headers.accept)) {
      // As a text: Fastify's serializer for the schema takes nearly twice as long.
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(jsonAnswer(entities, answer)))
    }
    const columns = answerFields(answer.fields, await typesOf(sources, answer))
    return reply.type(arrowType).send(arrow.write(columns, answerValues(entities, answer), entities.length))
  })
}

function needFew(entities: number): void {
  const most = limits.serverEntities
  if (entities <= most) return
  throw new HeadraceError(
    'HR_REQUEST_TOO_LARGE',
    `there are ${entities} entities; at most ${most} are allowed`,
  )
}

async function typesOf({ store, onDemand }: Sources, { view, version }: ReadAnswer): Promise<Fields> {
  const { fields } = await store.definition(view, version)
  const computed = onDemand.filter(feature => feature.view === view)
  return { ...Object.fromEntries(computed.map(({ name, result }) => [name, result])), ...fields }
}
