import { PassThrough } from 'node:stream'
import type { TestContext } from 'node:test'
import { setLimits } from '../../engine/limits.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import type { OnDemand } from '../../features/index.ts'
import { featureService } from '../../server/features/service.ts'
import type { ServerOptions } from '../../server/http/options.ts'
import type { RunningServer } from '../../server/http/server.ts'
import { startServer } from '../../server/http/server.ts'
import { hashOf } from '../../server/http/tokens.ts'

export interface TestServer extends RunningServer {
  /** What it has logged so far. */
  readonly log: () => readonly Readonly<Record<string, unknown>>[]
  readonly logText: () => string
  /** Reads features; the body is JSON data, or a text that is sent as it is. */
  read(view: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
}

/** Nobody balances load over the servers of tests. */
setLimits({ serverLeaveMs: 0 })

/** A feature server on a port of its own, which the end of the test ends. */
export async function featureServer(
  t: Pick<TestContext, 'after'>,
  store: FeatureStore,
  options: Partial<ServerOptions> = {},
  onDemand: readonly OnDemand[] = [],
): Promise<TestServer> {
  const log = new PassThrough()
  const lines: string[] = []
  log.on('data', chunk => lines.push(String(chunk)))
  const server = await startServer([featureService(store, onDemand)], {
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
    read: (view, body, headers = {}) =>
      fetch(`${server.url}/v1/features/${view}`, {
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
