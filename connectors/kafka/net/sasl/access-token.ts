import { HeadraceError, messageOf } from '../../../../engine/errors.ts'
import { limits } from '../../../../engine/limits.ts'
import { KafkaDisconnected } from '../disconnected.ts'
import type { OAuthConfig } from './oauth-bearer.ts'

type ClientCredentials = Extract<OAuthConfig, { tokenEndpoint: string }>

interface Grant {
  readonly token: Promise<string>
  /** In milliseconds of `performance.now()`; unknown while the token is on its way. */
  goodUntil: number
}

/** The part of its life for which a token is used: those who get it later have time to show it. */
const usedPart = 0.8

/** Of a token whose life the endpoint does not tell. */
const unknownLifeSeconds = 60

/** The connections with one configuration share its token. */
const grants = new WeakMap<ClientCredentials, Grant>()

export function accessToken(config: OAuthConfig): Promise<string> {
  if ('token' in config) return Promise.resolve(config.token)
  const known = grants.get(config)
  if (known !== undefined && performance.now() < known.goodUntil) return known.token
  const fetched = fetchToken(config)
  const grant: Grant = { token: fetched.then(({ token }) => token), goodUntil: Number.POSITIVE_INFINITY }
  grants.set(config, grant)
  fetched.then(
    ({ lifeMs }) => (grant.goodUntil = performance.now() + lifeMs * usedPart),
    () => grants.delete(config),
  )
  return grant.token
}

/** RFC 6749, section 4.4. */
async function fetchToken(config: ClientCredentials): Promise<{ token: string; lifeMs: number }> {
  const endpoint = endpointOf(config)
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  if (config.scope !== undefined) form.set('scope', config.scope)
  const user = `${encodeURIComponent(config.clientId)}:${encodeURIComponent(config.clientSecret)}`
  const response = await answerOf(endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}`, accept: 'application/json' },
    body: form,
    redirect: 'error',
    signal: AbortSignal.timeout(limits.kafkaConnectMs),
  })
  const { access_token: token, expires_in: seconds, error } = response.body
  if (response.status >= 500 || response.status === 429) {
    throw new KafkaDisconnected(shown(endpoint), `the token endpoint answers with status ${response.status}`)
  }
  if (response.status !== 200 || typeof token !== 'string') {
    const reason = typeof error === 'string' ? error : 'there is no access_token in its answer'
    const message = `${shown(endpoint)}: no token, status ${response.status}: ${reason}`
    throw new HeadraceError('HR_KAFKA_AUTH', message)
  }
  return { token, lifeMs: (Number(seconds) > 0 ? Number(seconds) : unknownLifeSeconds) * 1000 }
}

interface TokenAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function answerOf(endpoint: URL, request: RequestInit): Promise<TokenAnswer> {
  try {
    const response = await fetch(endpoint, request)
    return { status: response.status, body: jsonObject(await response.text()) }
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause
    throw new KafkaDisconnected(shown(endpoint), `the token endpoint: ${messageOf(reason)}`)
  }
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

function endpointOf({ tokenEndpoint }: ClientCredentials): URL {
  if (!URL.canParse(tokenEndpoint)) {
    throw new HeadraceError('HR_CONFIG_INVALID', 'sasl: tokenEndpoint is not a URL')
  }
  return new URL(tokenEndpoint)
}

/** Without what a URL may carry of secrets. */
function shown({ origin, pathname }: URL): string {
  return origin + pathname
}
