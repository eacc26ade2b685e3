import type { FastifyInstance } from 'fastify'
import type { Load } from './load.ts'
import type { Service } from './service.ts'

/** Whether to send requests here is another question than whether the process is to be started anew. */
export function addHealth(app: FastifyInstance, services: readonly Service[], load: Load): void {
  app.get('/health/live', { schema: schemaOf('Whether the process is alive', 'alive') }, () => ({
    status: 'alive',
  }))
  const ready = schemaOf('Whether requests can be answered: what is behind can be reached', 'ready')
  app.get('/health/ready', { schema: ready }, async (request, reply) => {
    if (load.isDraining) return reply.code(503).send({ status: 'draining' })
    const reached = await Promise.all(
      services.map(async service => {
        try {
          await service.reach()
          return true
        } catch (error) {
          request.log.warn({ err: error, service: service.name }, 'not reached')
          return false
        }
      }),
    )
    const missing = services.filter((_, k) => !reached[k]).map(({ name }) => name)
    if (missing.length === 0) return { status: 'ready' }
    return reply.code(503).send({ status: 'unreachable', services: missing })
  })
}

function schemaOf(summary: string, well: string): object {
  const answer = (description: string, allowed: readonly string[]) => ({
    description,
    type: 'object',
    required: ['status'],
    properties: {
      status: { type: 'string', enum: allowed },
      services: { type: 'array', items: { type: 'string' } },
    },
  })
  const ill = answer('No', ['draining', 'unreachable'])
  return {
    tags: ['health'],
    summary,
    security: [],
    response: { 200: answer('Yes', [well]), ...(well === 'ready' && { 503: ill }) },
  }
}
