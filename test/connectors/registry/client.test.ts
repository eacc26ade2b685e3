import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { after, test } from 'node:test'
import type { RegistryClient } from '../../../connectors/registry/client.ts'
import { openSchemaRegistry } from '../../../connectors/registry/client.ts'
import type { RegistryOptions } from '../../../connectors/registry/config.ts'
import { avroSchema } from '../../../engine/codec/avro/schema.ts'
import type { ErrorCode } from '../../../engine/error-codes.ts'
import { HeadraceError } from '../../../engine/errors.ts'
import { long, nullable, record, string } from '../../../engine/index.ts'
import { limits, setLimits } from '../../../engine/limits.ts'
import { FakeRegistry } from '../../support/fake-registry.ts'

const { registryRequestMs, registryRetryMs, registryUnknownMs, writerSchemas } = limits
after(() => setLimits({ registryRequestMs, registryRetryMs, registryUnknownMs, writerSchemas }))

const Click = record('com.acme.Click', { user: long(), page: nullable(string()) })
const schema = avroSchema(Click)
const text =
  '{"type":"record","name":"com.acme.Click","fields":[{"name":"user","type":"long"},{"name":"page","type":["null","string"],"default":null}]}'
const output = { topic: 'clicks', subject: null, record: Click.name, schema }

function open(t: TestContext, options: RegistryOptions, said: string[] = []): RegistryClient {
  const client = openSchemaRegistry(options, message => said.push(message))
  t.after(() => client.close())
  return client
}

async function failing(code: ErrorCode, work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.fail('it did not fail'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof HeadraceError)
  assert.equal(error.code, code)
  return error.what
}

test('a schema is looked up, checked, registered, and then only looked up', async t => {
  const registry = await FakeRegistry.start(t)
  const client = open(t, { url: `${registry.url}/` })
  assert.equal(await client.idOf(output), 1)
  assert.deepEqual(registry.requests, [
    'POST /subjects/clicks-value?normalize=true',
    'POST /compatibility/subjects/clicks-value/versions/latest?verbose=true',
    'POST /subjects/clicks-value/versions?normalize=true',
  ])
  assert.equal(JSON.stringify(schema), text)
  assert.deepEqual(await client.byId(1), JSON.parse(text))
  assert.equal(await client.idOf(output), 1)
  assert.equal(registry.requests.length, 4)
  registry.requests.length = 0
  assert.equal(await open(t, { url: registry.url, register: false }).idOf(output), 1)
  assert.deepEqual(registry.requests, ['POST /subjects/clicks-value?normalize=true'])
})

test('subjects by topic, by record, by both, or as the job says', async t => {
  const registry = await FakeRegistry.start(t)
  for (const subjects of ['topic', 'record', 'topic-record'] as const) {
    await open(t, { url: registry.url, subjects }).idOf(output)
    await open(t, { url: registry.url, subjects }).idOf({ ...output, subject: 'my clicks/1' })
  }
  const names = registry.requests.map(request => /^POST \/subjects\/([^/?]*)\?/.exec(request)?.[1])
  assert.deepEqual(
    names.filter(name => name !== undefined),
    [
      'clicks-value',
      'my%20clicks%2F1',
      'com.acme.Click',
      'my%20clicks%2F1',
      'clicks-com.acme.Click',
      'my%20clicks%2F1',
    ],
  )
})

test('what the registry does not take is an error with its reason', async t => {
  const registry = await FakeRegistry.start(t)
  const client = open(t, { url: registry.url })
  registry.add('clicks-value', '"long"')
  registry.refusal = { check: ["{errorType:'TYPE_MISMATCH', description:'no'}", '{oldSchema: \'"long"\'}'] }
  assert.equal(
    await failing('HR_SCHEMA_INCOMPATIBLE', client.idOf(output)),
    `subject "clicks-value" does not take the schema of com.acme.Click: {errorType:'TYPE_MISMATCH', description:'no'} {oldSchema: '"long"'}; ours is ${text}`,
  )
  registry.refusal = { register: 'incompatible with an earlier schema' }
  assert.match(
    await failing('HR_SCHEMA_INCOMPATIBLE', client.idOf(output)),
    /^subject "clicks-value" .*: 409 incompatible with an earlier schema; ours is/,
  )
  assert.equal(
    await failing('HR_SCHEMA_UNREGISTERED', open(t, { url: registry.url, register: false }).idOf(output)),
    'subject "clicks-value" does not have the schema of com.acme.Click, and register is false',
  )
})

test('a schema is fetched once, and one that is not known is asked for again only after a while', async t => {
  const registry = await FakeRegistry.start(t)
  const client = open(t, { url: registry.url })
  const id = registry.add('a', schema)
  assert.deepEqual(await Promise.all([client.byId(id), client.byId(id)]), [schema, schema])
  assert.deepEqual(client.byId(id), schema)
  assert.equal(await client.byId(7), undefined)
  assert.equal(client.byId(7), undefined)
  assert.equal(client.byId(-7), undefined)
  assert.deepEqual(registry.requests, ['GET /schemas/ids/1', 'GET /schemas/ids/7'])
  setLimits({ registryUnknownMs: 0 })
  await client.byId(8)
  for (let other = 2; other <= 8; other++)
    registry.add(`other ${other}`, { type: 'fixed', name: 'F', size: other })
  assert.deepEqual(await client.byId(8), { type: 'fixed', name: 'F', size: 8 })
  setLimits({ registryUnknownMs })
})

test('no more schemas are kept than the limit allows', async t => {
  setLimits({ writerSchemas: 2 })
  const registry = await FakeRegistry.start(t)
  const client = open(t, { url: registry.url })
  const ids = [1, 2, 3].map(size => registry.add('a', { type: 'fixed', name: 'F', size }))
  for (const id of [...ids, 1]) await client.byId(id)
  assert.deepEqual(
    registry.requests,
    [1, 2, 3, 1].map(id => `GET /schemas/ids/${id}`),
  )
  setLimits({ writerSchemas })
})

test('schemas that are of no use to Avro are errors of their records, not of the job', async t => {
  const registry = await FakeRegistry.start(t)
  const client = open(t, { url: registry.url })
  const proto = await client.byId(registry.add('a', 'syntax = "proto3";', { schemaType: 'PROTOBUF' }))
  const broken = await client.byId(registry.add('a', '{"type"'))
  assert.match(String(proto), /HR_SCHEMA_UNSUPPORTED: it is a schema of PROTOBUF, not of Avro/)
  assert.match(String(broken), /HR_SCHEMA_INVALID: the Avro schema is no JSON/)
})

test('types that other schemas define come along', async t => {
  const registry = await FakeRegistry.start(t)
  const client = open(t, { url: registry.url })
  const field = (name: string, type: unknown) => ({ name, type })
  registry.add('unit', { type: 'enum', name: 'Unit', symbols: ['a'] })
  registry.add(
    'size',
    { type: 'record', name: 'Size', namespace: 'shop', fields: [field('n', 'int'), field('unit', 'Unit')] },
    { references: [{ name: 'Unit', subject: 'unit', version: 1 }] },
  )
  const item = {
    type: 'record',
    name: 'shop.Item',
    fields: [field('size', 'Size'), field('more', { type: 'array', items: 'shop.Size' })],
  }
  const references = [{ name: 'shop.Size', subject: 'size', version: 1 }]
  const id = registry.add('item', item, { references })
  const unit = { type: 'enum', name: 'Unit', symbols: ['a'], namespace: '' }
  const size = {
    type: 'record',
    name: 'Size',
    namespace: 'shop',
    fields: [field('n', 'int'), field('unit', unit)],
  }
  assert.deepEqual(await client.byId(id), {
    ...item,
    fields: [field('size', size), field('more', { type: 'array', items: 'shop.Size' })],
  })
  const gone = registry.add(
    'gone',
    { type: 'array', items: 'X' },
    { references: [{ name: 'X', subject: 'x', version: 2 }] },
  )
  assert.match(String(await client.byId(gone)), /HR_SCHEMA_INVALID: there is no version 2 of subject "x"/)
})
