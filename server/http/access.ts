import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HeadraceError } from '../../engine/errors.ts'
import type { ServerOptions } from './options.ts'
import { RateLimit } from './rate-limit.ts'
import type { Scope } from './scopes.ts'
import { allows } from './scopes.ts'
import { Tokens } from './tokens.ts'

/** Who has sent a request. */
export interface Caller {
  readonly name: string
  may(scope: Scope): boolean
}

/** What a route needs: a scope, which may depend on whose name is in the path; or `any` token. */
export type Need = 'any' | ((params: Readonly<Record<string, string>>) => Scope)

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
  interface FastifyContextConfig {
    readonly needs?: Need
  }
}

const nobody: Caller = { name: 'nobody', may: () => false }
const anybody: Caller = { name: 'anybody', may: scope => allows(['read:*', 'score:*'], scope) }

/** Lets nobody reach the routes that are added after it who may not, or who comes too often. */
export function guard(app: FastifyInstance, options: ServerOptions): void {
  const tokens = new Tokens(options.tokens)
  const rate = new RateLimit(options.requestsPerSecond)
  app.decorateRequest('caller')
  app.addHook('onRequest', (request, reply, done) => {
    const caller = tokens.areThere ? callerOf(tokens, request) : anybody
    request.caller = caller ?? nobody
    // Who has no good token is known by its address alone, so that guessing is slow.
    const waitMs = rate.take(`${request.caller.name} ${request.ip}`, performance.now())
    done(refusal(request, reply, caller, waitMs))
  })
}

function refusal(
  { caller, params, routeOptions }: FastifyRequest,
  reply: FastifyReply,
  found: Caller | undefined,
  waitMs: number,
): HeadraceError | undefined {
  if (waitMs > 0) {
    void reply.header('retry-after', Math.ceil(waitMs / 1000))
    return new HeadraceError('HR_RATE_LIMITED', `too many requests: the next one is welcome in ${waitMs} ms`)
  }
  if (found === undefined) {
    void reply.header('www-authenticate', 'Bearer')
    return new HeadraceError('HR_TOKEN_REFUSED', 'there is no bearer token, or it is not known')
  }
  const { needs } = routeOptions.config
  if (needs === 'any') return undefined
  const scope = needs?.(params as Record<string, string>) ?? 'admin'
  if (caller.may(scope)) return undefined
  return new HeadraceError('HR_SCOPE_MISSING', `this needs the scope ${scope}`)
}

function callerOf(tokens: Tokens, { headers }: FastifyRequest): Caller | undefined {
  const token = /^Bearer +(?<token>[\w.~+/-]{1,200}=*)$/i.exec(headers.authorization ?? '')?.groups?.token
  const entry = token === undefined ? undefined : tokens.find(token)
  return entry && { name: entry.name, may: scope => allows(entry.scopes, scope) }
}
