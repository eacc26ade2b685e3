import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { double, vector } from '../../../engine/batch/schema.ts'
import { modelServer } from '../../support/model-server.ts'
import { ScriptedModels } from '../../support/scripted-models.ts'
import { bearer, problemOf, tokens } from '../../support/test-server.ts'

const made = {
  inputs: { x: double({ description: 'what there is' }), taste: vector(2) },
  outputs: { y: double() },
  score: ({ x }: Readonly<Record<string, unknown>>) => ({ y: x }),
}

const catalog = () => new ScriptedModels().put('one', 1, made).put('one', 2, made).put('two', 7, made)
const body = { rows: [{ x: 1, taste: [1, 2] }] }

interface Shown {
  readonly name: string
  readonly serving: object
  readonly scoring: { readonly version: number; readonly rows: number; readonly breaker: string }
  readonly inputs: object
  readonly outputs: object
  readonly versions: readonly { readonly version: number }[]
}

test('a model shows its versions, which of them serves, what it takes and gives, and what it does', async t => {
  const server = await modelServer(t, catalog())
  await server.score('one', body)
  const shown = (await (await fetch(`${server.url}/v1/models/one`)).json()) as Shown
  assert.deepEqual(shown.serving, { version: 1, shadow: null })
  assert.deepEqual(shown.inputs, {
    x: { kind: 'double', nullable: false, description: 'what there is' },
    taste: { kind: 'vector', nullable: false, size: 2 },
  })
  assert.deepEqual(shown.outputs, { y: { kind: 'double', nullable: false } })
  assert.deepEqual(
    shown.versions.map(({ version }) => version),
    [1, 2],
  )
  const { version, rows, breaker } = shown.scoring
  assert.deepEqual([version, rows, breaker], [1, 1, 'closed'])
  const { models } = (await (await fetch(`${server.url}/v1/models`)).json()) as { models: Shown[] }
  assert.deepEqual(
    models.map(({ name }) => name),
    ['one', 'two'],
  )
})

test('models that are not there, whose names tell of no others', async t => {
  const server = await modelServer(t, catalog())
  for (const response of [
    await server.score('three', body),
    await fetch(`${server.url}/v1/models/three`),
    await server.score('..%2Fone', body),
  ]) {
    const problem = await problemOf(response)
    assert.deepEqual([problem.status, problem.code], [404, 'HR_MODEL_UNKNOWN'])
    assert.doesNotMatch(problem.detail, /secret|two/)
  }
})

test('a token opens what its scopes name, and nothing else', async t => {
  const scopes = { one: ['score:one'], all: ['score:*'], reader: ['read:*'], root: ['admin'] }
  const models = catalog()
  const server = await modelServer(t, models, { server: { tokens: tokens(scopes) } })
  const asked: Readonly<Record<string, (headers: Record<string, string>) => Promise<Response>>> = {
    score: headers => server.score('one', body, headers),
    scoreOther: headers => server.score('two', body, headers),
    scoreUnknown: headers => server.score('three', body, headers),
    show: headers => fetch(`${server.url}/v1/models/two`, { headers }),
    list: headers => fetch(`${server.url}/v1/models`, { headers }),
    serve: headers => server.post('/v1/models/one/serving', { version: 2, shadow: 1 }, headers),
  }
  const statuses = async (headers: Record<string, string>) => {
    const found: number[] = []
    for (const ask of Object.values(asked)) found.push((await ask(headers)).status)
    return found
  }
  assert.deepEqual(await statuses({}), [401, 401, 401, 401, 401, 401])
  assert.deepEqual(await statuses(bearer('one')), [200, 403, 403, 403, 200, 403])
  assert.deepEqual(await statuses(bearer('all')), [200, 200, 404, 200, 200, 403])
  assert.deepEqual(await statuses(bearer('reader')), [403, 403, 403, 403, 200, 403])
  assert.deepEqual(await models.serving('one'), { version: 1, shadow: null })
  assert.deepEqual(await statuses(bearer('root')), [200, 200, 404, 200, 200, 204])
  assert.deepEqual(await models.serving('one'), { version: 2, shadow: 1 })
  const listed = (await (await asked.list(bearer('one'))).json()) as { models: Shown[] }
  assert.deepEqual(
    listed.models.map(({ name }) => name),
    ['one'],
  )
  const change = server.log().find(({ msg }) => msg === 'serving')
  assert.deepEqual([change?.model, change?.version, change?.caller], ['one', 2, 'root'])
})

test('without tokens everybody here may score, and nobody say what serves', async t => {
  const server = await modelServer(t, catalog())
  assert.equal((await server.score('one', body)).status, 200)
  assert.equal((await server.post('/v1/models/one/serving', { version: 2 })).status, 403)
})

test('the metrics tell of batches and rows, and the log of requests without their values', async t => {
  const server = await modelServer(t, catalog())
  await server.score('one', { rows: [{ x: 123.456, taste: [1, 2] }, ...body.rows] })
  await server.score('one', body)
  const text = await (await fetch(`${server.url}/metrics`)).text()
  for (const line of [
    'headrace_score_rows_total{model="one"} 3',
    'headrace_score_batch_rows_count{model="one"} 2',
    'headrace_score_batch_rows_sum{model="one"} 3',
    'headrace_score_wait_seconds_count{model="one"} 2',
    'headrace_score_waiting_rows{model="one"} 0',
    'headrace_score_version{model="one"} 1',
    'headrace_score_version{model="two"} 7',
    'headrace_http_request_seconds_count{method="POST",route="/v1/models/:model/score",status="200"} 2',
  ]) {
    assert.ok(text.split('\n').includes(line), line)
  }
  assert.doesNotMatch(server.logText(), /123\.456/)
})

test('the document of the API is valid and names what there is', async t => {
  const server = await modelServer(t, catalog())
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: Record<string, object>
  }
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  assert.ok(valid, JSON.stringify(errors))
  assert.deepEqual(Object.keys(document.paths).toSorted(), [
    '/health/live',
    '/health/ready',
    '/metrics',
    '/v1/models',
    '/v1/models/{model}',
    '/v1/models/{model}/score',
    '/v1/models/{model}/serving',
  ])
})
