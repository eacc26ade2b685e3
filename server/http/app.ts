import type { FastifyInstance } from 'fastify'
import fastify, { LogController } from 'fastify'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import { guard } from './access.ts'
import { addHealth } from './health.ts'
import { answerInTime } from './in-time.ts'
import type { Load } from './load.ts'
import { addMetrics } from './metrics.ts'
import { addOpenApi } from './openapi.ts'
import type { ServerOptions } from './options.ts'
import { answerProblem, answerProblems } from './problem.ts'
import { requestId } from './request-id.ts'
import type { Service } from './service.ts'

/** The server's application, not listening yet: open pages, and behind the guard what the services add. */
export async function createApp(
  services: readonly Service[],
  options: ServerOptions,
  load: Load,
): Promise<FastifyInstance> {
  const app = fastify({
    logger: options.logLevel !== 'silent' && { level: options.logLevel, stream: options.log },
    // One line a request is enough, and it is ours.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    frameworkErrors: answerProblem,
    bodyLimit: limits.serverBodyBytes,
    requestTimeout: limits.serverReceiveMs,
    keepAliveTimeout: limits.serverIdleMs,
    routerOptions: { maxParamLength: 100 },
    // What a caller sends is taken as it is, or refused: nothing is converted or left out.
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allowUnionTypes: true,
      },
    },
  })
  load.watch(app.server)
  app.removeContentTypeParser('text/plain')
  answerProblems(app)
  answerInTime(app)
  addHooks(app, load)
  await addOpenApi(app, services, options.version)
  const metrics = addMetrics(app, load)
  addHealth(app, services, load)
  await app.register(async guarded => {
    guard(guarded, options)
    for (const service of services) service.routes(guarded, metrics)
  })
  return app
}

function addHooks(app: FastifyInstance, load: Load): void {
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id)
    if (load.requests <= limits.serverRequests) return done()
    done(new HeadraceError('HR_SERVER_BUSY', 'too many requests are under way'))
  })
  app.addHook('onSend', (_, reply, payload, done) => {
    // Also of requests that came before: a connection that is kept would have to be waited for.
    if (load.isDraining) void reply.header('connection', 'close')
    done(null, payload)
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions, caller } = request
    const line = { method, route: routeOptions.url, status: reply.statusCode, caller: caller?.name }
    request.log.info({ ...line, ms: Math.round(reply.elapsedTime * 1000) / 1000 }, 'answered')
    done()
  })
}
