import type { ServerOptions } from '../../server/http/options.ts'
import { logLevels } from '../../server/http/options.ts'
import { isScope, scopeForms } from '../../server/http/scopes.ts'
import type { TokenEntry } from '../../server/http/tokens.ts'
import { isHash } from '../../server/http/tokens.ts'
import type { Setting, ValueOf } from './setting.ts'
import { text, whole, word } from './setting.ts'

/** What `headrace serve` needs to know. It stands in the configuration as `serve: { host, port, tokens, ... }`. */
export const serveSettings = {
  'serve.host': text('127.0.0.1', {
    about: 'address to listen at; other than loopback only with tokens',
    env: 'HEADRACE_SERVE_HOST',
    flag: 'host',
  }),
  'serve.port': whole(0, 65_535, 8470, {
    about: 'port to listen at; 0 is any that is free',
    env: 'HEADRACE_SERVE_PORT',
    flag: 'port',
  }),
  'serve.tokens': tokenList({
    about: 'who may do what, as `headrace token new` prints it; in the environment as JSON',
    env: 'HEADRACE_SERVE_TOKENS',
    secret: true,
  }),
  'serve.requestsPerSecond': whole(1, 1_000_000, 10_000, {
    about: 'requests of one token from one address, on average and at once',
    env: 'HEADRACE_SERVE_REQUESTS_PER_SECOND',
  }),
  'serve.logLevel': word(logLevels, 'info', {
    about: 'how much is logged; a line for each request at `info`',
    env: 'HEADRACE_SERVE_LOG_LEVEL',
  }),
} as const

export type ServeValues = {
  readonly [K in keyof typeof serveSettings]: ValueOf<(typeof serveSettings)[K]>
}

/** Where and for whom a server of ours listens. */
export type ServeOptions = Omit<ServerOptions, 'log' | 'version'>

export function serveOptionsOf(values: ServeValues): ServeOptions {
  return {
    host: values['serve.host'],
    port: values['serve.port'],
    tokens: values['serve.tokens'] ?? [],
    requestsPerSecond: values['serve.requestsPerSecond'],
    logLevel: values['serve.logLevel'],
  }
}

function tokenList(
  source: Pick<Setting<unknown>, 'about' | 'env' | 'secret'>,
): Setting<readonly TokenEntry[] | undefined> {
  return {
    ...source,
    fallback: undefined,
    allowed: `an array of { name, hash: 'sha256:<64 hexadecimal digits>', scopes: [...] }, scopes being ${scopeForms}`,
    read: value => {
      const list = typeof value === 'string' ? parsed(value) : value
      return Array.isArray(list) && list.every(isToken) ? list : undefined
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isToken(value: unknown): value is TokenEntry {
  if (typeof value !== 'object' || value === null) return false
  const { name, hash, scopes, ...more } = value as Readonly<Record<string, unknown>>
  if (Object.keys(more).length > 0 || typeof name !== 'string' || !isHash(hash)) return false
  if (!/^[\w.@-]{1,100}$/.test(name) || !Array.isArray(scopes) || scopes.length === 0) return false
  return scopes.every(scope => typeof scope === 'string' && isScope(scope))
}
