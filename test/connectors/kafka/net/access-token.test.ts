import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { accessToken } from '../../../../connectors/kafka/net/sasl/access-token.ts'
import { coded, disconnected } from '../../../support/kafka-failures.ts'
import { tokenEndpoint } from '../../../support/token-endpoint.ts'

const client = { mechanism: 'oauthbearer', clientId: 'me:1', clientSecret: 's3 cret' } as const

/** Gives `token-1`, `token-2`, and so on. */
function counting(expiresIn: number): () => object {
  let count = 0
  return () => ({ access_token: `token-${++count}`, expires_in: expiresIn })
}

describe('Access tokens', () => {
  test('a token that is given is used as it is', async () => {
    assert.equal(await accessToken({ mechanism: 'oauthbearer', token: 'abc' }), 'abc')
  })

  test('client credentials buy one token for all that ask', async t => {
    const { url, requests } = await tokenEndpoint(t, counting(3600))
    const scoped = { ...client, tokenEndpoint: url, scope: 'kafka' }
    const tokens = await Promise.all([accessToken(scoped), accessToken(scoped), accessToken(scoped)])
    assert.deepEqual([...tokens, await accessToken(scoped)], Array(4).fill('token-1'))
    assert.deepEqual(requests, [
      {
        authorization: `Basic ${btoa('me%3A1:s3%20cret')}`,
        form: { grant_type: 'client_credentials', scope: 'kafka' },
      },
    ])
  })

  test('a token is replaced before it expires', async t => {
    const { url } = await tokenEndpoint(t, counting(0.2))
    const config = { ...client, tokenEndpoint: url }
    const begun = performance.now()
    assert.equal(await accessToken(config), 'token-1')
    let token = 'token-1'
    while (token === 'token-1')
      token = await new Promise(done => setImmediate(() => done(accessToken(config))))
    assert.equal(token, 'token-2')
    assert.ok(performance.now() - begun > 150)
  })

  test('a secret that is not accepted', async t => {
    const { url } = await tokenEndpoint(t, response => {
      response.writeHead(401).end('{"error":"invalid_client"}')
      return undefined
    })
    const config = { ...client, tokenEndpoint: url }
    await assert.rejects(accessToken(config), error => {
      assert.ok(!String(error).includes('secret') && !String(error).includes('s3'))
      return coded('HR_KAFKA_AUTH', /127\.0\.0\.1:\d+\/token: no token, status 401: invalid_client/)(error)
    })
  })

  test('an answer without a token', async t => {
    const { url } = await tokenEndpoint(t, response => {
      response.end('<html>')
      return undefined
    })
    const config = { ...client, tokenEndpoint: url }
    await assert.rejects(
      accessToken(config),
      coded('HR_KAFKA_AUTH', /there is no access_token in its answer/),
    )
  })

  test('trouble at the endpoint may pass', async t => {
    let status = 503
    const { url } = await tokenEndpoint(t, response => {
      response.writeHead(status).end('{"access_token":"late"}')
      return undefined
    })
    const config = { ...client, tokenEndpoint: url }
    await assert.rejects(
      accessToken(config),
      disconnected(/token: the token endpoint answers with status 503/),
    )
    status = 200
    assert.equal(await accessToken(config), 'late')
  })

  test('an endpoint that is not there', async () => {
    const closed = accessToken({ ...client, tokenEndpoint: 'http://127.0.0.1:1/token' })
    await assert.rejects(closed, disconnected(/127\.0\.0\.1:1\/token: the token endpoint: /))
    const wrong = accessToken({ ...client, tokenEndpoint: 'token' })
    await assert.rejects(wrong, coded('HR_CONFIG_INVALID', /tokenEndpoint/))
  })
})
