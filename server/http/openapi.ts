import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import type { Service } from './service.ts'

/** The document of the API, out of the schemas of the routes that are added after it, and its page. */
export async function addOpenApi(
  app: FastifyInstance,
  services: readonly Service[],
  version: string,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Headrace',
        version,
        description: 'What a Headrace deployment has computed, for services in any language.',
      },
      tags: [
        ...services.map(({ name, description }) => ({ name, description })),
        { name: 'health', description: 'For those who watch over the server' },
      ],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    // The default asks a server elsewhere whether the document is valid.
    uiConfig: { validatorUrl: null, deepLinking: true },
    logLevel: 'error',
  })
}
