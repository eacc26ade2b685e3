import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { accessToken } from '../../../../connectors/kafka/net/sasl/access-token.ts'
import { coded, disconnected } from '../../../support/kafka-failures.ts'

interface Grant {
  readonly authorization: string | undefined
  readonly form: Readonly<Record<string, string>>
}

/** A token endpoint that gives `token-1`, `token-2`, ..., or answers as told. */
async function endpoint(t: TestContext, expiresIn: number, answer?: (to: ServerResponse) => void) {
  const grants: Grant[] = []
  const server = createServer(async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()))
    grants.push({ authorization: request.headers.authorization, form })
    if (answer !== undefined) return answer(response)
    response.end(JSON.stringify({ access_token: `token-${grants.length}`, expires_in: expiresIn }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const tokenEndpoint = `http://127.0.0.1:${port}/token?tenant=secret`
  const config = {
    mechanism: 'oauthbearer',
    tokenEndpoint,
    clientId: 'me:1',
    clientSecret: 's3 cret',
  } as const
  return { grants, config }
}

describe('Access tokens', () => {
  test('a token that is given is used as it is', async () => {
    assert.equal(await accessToken({ mechanism: 'oauthbearer', token: 'abc' }), 'abc')
  })

  test('client credentials buy one token for all that ask', async t => {
    const { grants, config } = await endpoint(t, 3600)
    const scoped = { ...config, scope: 'kafka' }
    const tokens = await Promise.all([accessToken(scoped), accessToken(scoped), accessToken(scoped)])
    assert.deepEqual([...tokens, await accessToken(scoped)], Array(4).fill('token-1'))
    assert.deepEqual(grants, [
      {
        authorization: `Basic ${btoa('me%3A1:s3%20cret')}`,
        form: { grant_type: 'client_credentials', scope: 'kafka' },
      },
    ])
  })

  test('a token is replaced before it expires', async t => {
    const { config } = await endpoint(t, 0.2)
    const begun = performance.now()
    assert.equal(await accessToken(config), 'token-1')
    let token = 'token-1'
    while (token === 'token-1')
      token = await new Promise(done => setImmediate(() => done(accessToken(config))))
    assert.equal(token, 'token-2')
    assert.ok(performance.now() - begun > 150)
  })

  test('a secret that is not accepted', async t => {
    const { config } = await endpoint(t, 0, response => {
      response.writeHead(401).end('{"error":"invalid_client"}')
    })
    await assert.rejects(accessToken(config), error => {
      assert.ok(!String(error).includes('secret') && !String(error).includes('s3'))
      return coded('HR_KAFKA_AUTH', /127\.0\.0\.1:\d+\/token: no token, status 401: invalid_client/)(error)
    })
  })

  test('an answer without a token', async t => {
    const { config } = await endpoint(t, 0, response => {
      response.end('<html>')
    })
    await assert.rejects(
      accessToken(config),
      coded('HR_KAFKA_AUTH', /there is no access_token in its answer/),
    )
  })

  test('trouble at the endpoint may pass', async t => {
    let status = 503
    const { config } = await endpoint(t, 3600, response => {
      response.writeHead(status).end('{"access_token":"late"}')
    })
    await assert.rejects(
      accessToken(config),
      disconnected(/token: the token endpoint answers with status 503/),
    )
    status = 200
    assert.equal(await accessToken(config), 'late')
  })

  test('an endpoint that is not there', async () => {
    const nobody = { mechanism: 'oauthbearer', clientId: 'me', clientSecret: 's3cret' } as const
    const closed = accessToken({ ...nobody, tokenEndpoint: 'http://127.0.0.1:1/token' })
    await assert.rejects(closed, disconnected(/127\.0\.0\.1:1\/token: the token endpoint: /))
    const wrong = accessToken({ ...nobody, tokenEndpoint: 'token' })
    await assert.rejects(wrong, coded('HR_CONFIG_INVALID', /tokenEndpoint/))
  })
})
