import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import type { TestContext } from 'node:test'
import { setLimits } from '../../engine/limits.ts'
import type { ServerOptions } from '../../server/http/options.ts'
import type { RunningServer } from '../../server/http/server.ts'
import { startServer } from '../../server/http/server.ts'
import type { Service } from '../../server/http/service.ts'
import { hashOf } from '../../server/http/tokens.ts'

export interface TestServer extends RunningServer {
  /** What it has logged so far. */
  readonly log: () => readonly Readonly<Record<string, unknown>>[]
  readonly logText: () => string
  /** Posts JSON data, or a text that is sent as it is. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
}

/** Nobody balances load over the servers of tests. */
setLimits({ serverLeaveMs: 0 })

/** A server of a service on a port of its own, which the end of the test ends. */
export async function testServer(
  t: Pick<TestContext, 'after'>,
  service: Service,
  options: Partial<ServerOptions> = {},
): Promise<TestServer> {
  const log = new PassThrough()
  const lines: string[] = []
  log.on('data', chunk => lines.push(String(chunk)))
  const server = await startServer([service], {
    host: '127.0.0.1',
    port: 0,
    tokens: [],
    requestsPerSecond: 100_000,
    logLevel: 'info',
    version: '0.0.0',
    log,
    ...options,
  })
  t.after(() => server.drain())
  const logText = () => lines.join('')
  return {
    ...server,
    logText,
    log: () =>
      logText()
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line)),
    post: (path, body, headers = {}) =>
      fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  }
}

/** Tokens for a test, whose text is their name. */
export function tokens(scopes: Readonly<Record<string, readonly string[]>>): ServerOptions['tokens'] {
  return Object.entries(scopes).map(([name, scopes]) => ({ name, hash: hashOf(name), scopes }))
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

export interface Problem {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly requestId: string
}

/** Checks the form of the answer, and that it is what is refused. */
export async function problemOf(response: Response): Promise<Problem> {
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/)
  const problem = (await response.json()) as Problem
  assert.equal(problem.status, response.status)
  assert.equal(problem.requestId, response.headers.get('x-request-id'))
  return problem
}
