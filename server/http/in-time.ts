import type { FastifyInstance, RouteHandlerMethod } from 'fastify'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'

/**
 * Every route that is added after it answers in time, if only that it cannot. Fastify's own `handlerTimeout` ends
 * with a request's body, so it is none for a POST.
 */
export function answerInTime(app: FastifyInstance): void {
  app.addHook('onRoute', route => {
    const { handler } = route
    const timed: RouteHandlerMethod = function (request, reply) {
      const answer: unknown = handler.call(this, request, reply)
      return answer instanceof Promise ? inTime(answer) : answer
    }
    route.handler = timed
  })
}

/** The work itself goes on; nobody hears of its end. */
function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const ms = limits.serverAnswerMs
    const late = () => reject(new HeadraceError('HR_REQUEST_TIMEOUT', `there is no answer within ${ms} ms`))
    const timer = setTimeout(late, ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
