import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { after, test } from 'node:test'
import type { RegistryClient } from '../../../connectors/registry/client.ts'
import { openSchemaRegistry } from '../../../connectors/registry/client.ts'
import type { RegistryOptions } from '../../../connectors/registry/config.ts'
import { addressesOf } from '../../../connectors/registry/config.ts'
import type { ErrorCode } from '../../../engine/error-codes.ts'
import { HeadraceError } from '../../../engine/errors.ts'
import { limits, setLimits } from '../../../engine/limits.ts'
import { FakeRegistry } from '../../support/fake-registry.ts'
import { CertificateAuthority } from '../../support/services/kafka/certificates.ts'

const { registryRequestMs, registryRetryMs, registryPauseMs, registryAnswerBytes } = limits
after(() => setLimits({ registryRequestMs, registryRetryMs, registryPauseMs, registryAnswerBytes }))
setLimits({ registryRequestMs: 200, registryRetryMs: 300, registryPauseMs: 1 })

const schema = { type: 'fixed', name: 'F', size: 1 }

function open(t: TestContext, options: RegistryOptions, said: string[] = []): RegistryClient {
  const client = openSchemaRegistry(options, message => said.push(message))
  t.after(() => client.close())
  return client
}

async function failing(code: ErrorCode, work: () => unknown): Promise<string> {
  const error = await Promise.resolve()
    .then(work)
    .then(
      () => assert.fail('it did not fail'),
      (error: unknown) => error,
    )
  assert.ok(error instanceof HeadraceError)
  assert.equal(error.code, code)
  return error.what
}

async function registryWith(t: TestContext): Promise<FakeRegistry> {
  const registry = await FakeRegistry.start(t)
  registry.add('a', schema)
  return registry
}

test('what passes is tried again', async t => {
  const registry = await registryWith(t)
  registry.troubles.push({ status: 503 }, { status: 429 }, 'reset', { status: 500 })
  assert.deepEqual(await open(t, { url: registry.url }).byId(1), schema)
  assert.equal(registry.requests.length, 5)
})

test('the addresses are tried in turn, and the one that answers is kept', async t => {
  const [first, second] = [await registryWith(t), await registryWith(t)]
  first.troubles.push('silence')
  first.add('b', { ...schema, size: 2 })
  second.add('b', { ...schema, size: 2 })
  const client = open(t, { url: `http://127.0.0.1:1, ${first.url},${second.url}` })
  assert.deepEqual(await client.byId(1), schema)
  assert.deepEqual(await client.byId(2), { ...schema, size: 2 })
  assert.deepEqual([first.requests.length, second.requests.length], [1, 2])
})

test('what does not pass is an error in the end, with all addresses and no secret', async t => {
  const registry = await registryWith(t)
  registry.troubles.push(...Array.from({ length: 1000 }, () => ({ status: 502, body: '<html>' })))
  const url = [registry.url.replace('//', '//me:hush@'), 'http://me:hush@127.0.0.1:1/path/']
  assert.equal(
    await failing('HR_REGISTRY_UNREACHABLE', () => open(t, { url }).byId(1)),
    `the schema registry did not answer for 300 ms: ${registry.url} answers 502; http://127.0.0.1:1/path: connect ECONNREFUSED 127.0.0.1:1`,
  )
})

test('what takes long is said once, and its end', async t => {
  const registry = await registryWith(t)
  setLimits({ registryRetryMs: 30_000, registryPauseMs: 400 })
  registry.troubles.push(...Array.from({ length: 9 }, () => ({ status: 503 })))
  const said: string[] = []
  await open(t, { url: registry.url }, said).byId(1)
  assert.deepEqual(said, [
    `the schema registry does not answer and is tried again: ${registry.url} answers 503 trouble`,
    'the schema registry answers again',
  ])
  setLimits({ registryRetryMs: 300, registryPauseMs: 1 })
})

test('who may not come in is told at once, in the words of the registry', async t => {
  const registry = await registryWith(t)
  for (const status of [401, 403]) {
    registry.troubles.push({ status })
    assert.equal(
      await failing('HR_REGISTRY_AUTH', () => open(t, { url: registry.url, token: 'hush' }).byId(1)),
      `fetching schema 1: the schema registry answers ${status} trouble`,
    )
  }
})

test('an answer that is none of a registry is an error at once', async t => {
  const registry = await registryWith(t)
  const answers = [
    { status: 200, body: '<html>' },
    { status: 200, body: '[]' },
    { status: 200, body: '{}' },
    { status: 302, body: '' },
    { status: 404, body: '<html>' },
    { status: 404, body: '{"error_code":404,"message":"HTTP 404 Not Found"}' },
    { status: 422, body: '{"error_code":42201,"message":"Invalid schema"}' },
  ]
  for (const answer of answers) {
    registry.troubles.push(answer)
    await failing('HR_REGISTRY_REFUSED', () => open(t, { url: registry.url }).byId(1))
  }
  assert.equal(registry.requests.length, answers.length)
  setLimits({ registryAnswerBytes: 10 })
  const what = await failing('HR_REGISTRY_UNREACHABLE', () => open(t, { url: registry.url }).byId(1))
  assert.match(what, /the answer has more than 10 bytes/)
  setLimits({ registryAnswerBytes })
})

test('credentials: of the options, of the address, a token', async t => {
  const registry = await registryWith(t)
  const withUser = registry.url.replace('//', '//an%40a:s%3Acret@')
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  for (const options of [
    { url: withUser },
    { url: withUser, username: 'ben', password: 'x' },
    { url: withUser, token: 't0' },
    { url: registry.url },
  ])
    await open(t, options).byId(1)
  assert.deepEqual(registry.authorizations, [basic('an@a:s:cret'), basic('ben:x'), 'Bearer t0', undefined])
})

test('options that cannot be', async () => {
  const url = 'http://host'
  const wrong: readonly (readonly [RegistryOptions, string])[] = [
    [{ url: ' , ' }, 'schemaRegistry.url: the address of the registry is missing'],
    [{ url: [] }, 'schemaRegistry.url: the address of the registry is missing'],
    [{ url: 'me:hush@host' }, 'schemaRegistry.url: it does not begin with http:// or https://'],
    [{ url: 'hush' }, 'schemaRegistry.url: it is not an address like http://host:8081'],
    [{ url, username: 'me' }, 'schemaRegistry.username and password: one of them is missing'],
    [{ url, password: 'hush' }, 'schemaRegistry.username and password: one of them is missing'],
    [
      { url, username: 'me', password: 'hush', token: 'hush' },
      'schemaRegistry.token and username: the registry takes one of them',
    ],
  ]
  for (const [options, message] of wrong) {
    assert.equal(await failing('HR_CONFIG_INVALID', () => addressesOf(options)), message)
  }
})

test('TLS: the registry has to be signed by who we trust', async t => {
  const authority = new CertificateAuthority('ours')
  const registry = await FakeRegistry.start(t, authority.issue('registry'))
  registry.add('a', schema)
  assert.deepEqual(await open(t, { url: registry.url, tls: { ca: authority.cert } }).byId(1), schema)
  const what = await failing('HR_REGISTRY_AUTH', () => open(t, { url: registry.url }).byId(1))
  assert.match(what, /^https:.*: its certificate is not trusted: /)
})
