import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorCode } from '../../engine/error-codes.ts'
import { HeadraceError, messageOf } from '../../engine/errors.ts'

/** An error as the API gives it (RFC 9457), with our code. */
export interface Problem {
  readonly status: number
  readonly title: string
  readonly code: ErrorCode
  readonly detail: string
  readonly requestId?: string
}

export const problemType = 'application/problem+json'

const statuses: Partial<Record<ErrorCode, number>> = {
  HR_REQUEST_INVALID: 400,
  HR_FEATURE_REQUEST: 400,
  HR_TOKEN_REFUSED: 401,
  HR_SCOPE_MISSING: 403,
  HR_ROUTE_UNKNOWN: 404,
  HR_VIEW_UNKNOWN: 404,
  HR_MODEL_UNKNOWN: 404,
  HR_VIEW_PROMOTED: 409,
  HR_MODEL_REFUSED: 409,
  HR_REQUEST_TOO_LARGE: 413,
  HR_MODEL_INPUT: 422,
  HR_RATE_LIMITED: 429,
  HR_SERVER_BUSY: 503,
  HR_REQUEST_TIMEOUT: 503,
}

/** Answers every error as a problem, a path that leads nowhere too. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>(answerProblem)
  app.setNotFoundHandler(({ method, url }) => {
    const path = url.split('?')[0]
    throw new HeadraceError('HR_ROUTE_UNKNOWN', `there is nothing for ${method} ${path}`)
  })
}

/** What is the server's or the store's to mend is logged, and not told in detail. */
export function answerProblem(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error)
  if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, 'failed')
  if (problem.status === 503) void reply.header('retry-after', 1)
  void reply
    .code(problem.status)
    .type(problemType)
    .header('x-request-id', request.id)
    .send(JSON.stringify({ ...problem, requestId: request.id }))
}

export function problemOf(error: unknown): Problem {
  if (error instanceof HeadraceError) return ofOurs(error)
  const { statusCode = 500 } = error as Partial<FastifyError>
  if (statusCode === 413)
    return problem(413, 'HR_REQUEST_TOO_LARGE', 'the body has more bytes than is allowed')
  if (statusCode >= 500)
    return problem(500, 'HR_INTERNAL', 'something is wrong with the server; its log says what')
  return problem(statusCode, 'HR_REQUEST_INVALID', messageOf(error))
}

function ofOurs({ code, what }: HeadraceError): Problem {
  const status = statuses[code]
  if (status !== undefined) return problem(status, code, what)
  // What it says may name servers that are no business of the caller.
  return problem(503, code, 'what is asked for cannot be had now; the log of the server says why')
}

function problem(status: number, code: ErrorCode, detail: string): Problem {
  return { status, title: STATUS_CODES[status] ?? 'Error', code, detail }
}
