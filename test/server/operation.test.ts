import assert from 'node:assert/strict'
import { Agent, get } from 'node:http'
import { test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { int } from '../../engine/batch/schema.ts'
import { limits, setLimits } from '../../engine/limits.ts'
import { features } from '../../engine/stores/feature-view.ts'
import { featureServer } from '../support/feature-server.ts'
import { ScriptedFeatures } from '../support/scripted-features.ts'
import { bearer, tokens } from '../support/test-server.ts'
import { until } from '../support/turns.ts'

const users = features('user-stats', { entity: 'user', fields: { clicks: int() } })
const body = { entities: ['u1'] }

/** A store that answers when it is told to. */
function heldStore(): { store: ScriptedFeatures; letGo: () => void } {
  const store = new ScriptedFeatures(users)
  const { promise, resolve } = Promise.withResolvers<void>()
  store.gate = promise
  return { store, letGo: resolve }
}

test('a server that drains says so, answers what is under way, and lets connections go', async t => {
  setLimits({ serverLeaveMs: 300 })
  t.after(() => setLimits({ serverLeaveMs: 0 }))
  const { store, letGo } = heldStore()
  const server = await featureServer(t, store)
  const underWay = server.read('user-stats', body)
  await until(() => store.reads === 1)
  const drained = server.drain()
  const ready = await fetch(`${server.url}/health/ready`)
  assert.deepEqual([ready.status, await ready.json()], [503, { status: 'draining' }])
  assert.equal(ready.headers.get('connection'), 'close')
  letGo()
  const answer = await underWay
  assert.deepEqual([answer.status, answer.headers.get('connection')], [200, 'close'])
  await drained
  await assert.rejects(fetch(`${server.url}/health/live`))
})

test('a drain ends although an answer never comes', async t => {
  const drainMs = limits.serverDrainMs
  setLimits({ serverDrainMs: 50 })
  t.after(() => setLimits({ serverDrainMs: drainMs }))
  const { store } = heldStore()
  const server = await featureServer(t, store)
  const never = assert.rejects(server.read('user-stats', body))
  await until(() => store.reads === 1)
  await server.drain()
  await never
})

test('an answer that is not there in time is 503', async t => {
  const answerMs = limits.serverAnswerMs
  setLimits({ serverAnswerMs: 50 })
  t.after(() => setLimits({ serverAnswerMs: answerMs }))
  const { store } = heldStore()
  const server = await featureServer(t, store)
  const response = await fetch(`${server.url}/v1/features`)
  const { code } = (await response.json()) as { code: string }
  assert.deepEqual([response.status, code], [503, 'HR_REQUEST_TIMEOUT'])
})

test('more requests than a server has under way at a time are turned away', async t => {
  const requests = limits.serverRequests
  setLimits({ serverRequests: 4 })
  t.after(() => setLimits({ serverRequests: requests }))
  const { store, letGo } = heldStore()
  const server = await featureServer(t, store)
  const held = Array.from({ length: 4 }, () => server.read('user-stats', body))
  await until(() => store.reads === 4)
  const refused = await server.read('user-stats', body)
  const { code } = (await refused.json()) as { code: string }
  assert.deepEqual([refused.status, code], [503, 'HR_SERVER_BUSY'])
  letGo()
  for (const answer of await Promise.all(held)) assert.equal(answer.status, 200)
})

test('many requests on one connection, one after another', async t => {
  const server = await featureServer(t, new ScriptedFeatures(users))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const ports = new Set<number | undefined>()
  for (let k = 0; k < 5; k++) {
    await new Promise<void>((resolve, reject) => {
      const request = get(`${server.url}/health/live`, { agent }, response => {
        ports.add(response.socket.localPort)
        response.resume().once('end', resolve)
      })
      request.once('error', reject)
    })
  }
  assert.equal(ports.size, 1)
})

test('metrics tell of requests, entities, states and freshness', async t => {
  const store = new ScriptedFeatures(users)
  const time = Date.now() - 120_000
  store.put(users, 'u1', { clicks: { state: 'ok', value: 3, time } })
  const server = await featureServer(t, store)
  await server.read('user-stats', { entities: ['u1', 'u2'] })
  await server.read('user-stats', { entities: ['u1'], maxAge: '1m' })
  await server.read('nobody-stats', { entities: ['u1'] })
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const figure = (line: string) =>
    Number(
      text
        .split('\n')
        .find(one => one.startsWith(`${line} `))
        ?.split(' ')
        .at(-1),
    )
  const view = 'view="user-stats",version="1"'
  const values = (state: string) => figure(`headrace_feature_values_total{${view},state="${state}"}`)
  assert.deepEqual([values('ok'), values('missing'), values('stale')], [1, 1, 1])
  assert.equal(figure(`headrace_feature_rows_total{${view},origin="store"}`), 3)
  assert.equal(figure(`headrace_feature_read_seconds_count{${view}}`), 2)
  assert.equal(figure(`headrace_feature_age_seconds_bucket{le="60",${view}}`), 0)
  assert.equal(figure(`headrace_feature_age_seconds_bucket{le="300",${view}}`), 2)
  const newest = 'headrace_feature_newest_seconds{view="user-stats",version="1",promoted="true"}'
  assert.equal(figure(newest), 1_700_000_000)
  const requests = (status: number) =>
    figure(`headrace_http_request_seconds_count{method="POST",route="/v1/features/:view",status="${status}"}`)
  assert.deepEqual([requests(200), requests(404)], [2, 1])
  assert.doesNotMatch(text, /nobody-stats/)
})

test('each request is a line in the log, with its id and without its token', async t => {
  const server = await featureServer(t, new ScriptedFeatures(users), { tokens: tokens({ one: ['read:*'] }) })
  const headers = { ...bearer('one'), 'x-request-id': 'order-17' }
  const answer = await server.read('user-stats', body, headers)
  assert.equal(answer.headers.get('x-request-id'), 'order-17')
  await server.read('user-stats', body, bearer('some-secret'))
  await server.read('user-stats?token=other-secret', body, { 'x-request-id': 'two\twords' })
  await until(() => server.log().filter(({ msg }) => msg === 'answered').length === 3)
  const lines = server.log().filter(({ msg }) => msg === 'answered')
  const [first, second, third] = lines
  assert.deepEqual(
    [first.reqId, first.caller, first.status, first.route],
    ['order-17', 'one', 200, '/v1/features/:view'],
  )
  assert.deepEqual([second.status, second.caller], [401, 'nobody'])
  assert.match(String(third.reqId), /^[\da-f-]{36}$/)
  assert.doesNotMatch(server.logText(), /secret|Bearer/)
})

test('the document of the API is valid, names what there is, and has a page that needs nothing else', async t => {
  const server = await featureServer(t, new ScriptedFeatures(users), { tokens: tokens({ one: ['admin'] }) })
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    openapi: string
    paths: Record<string, object>
  }
  assert.equal(document.openapi, '3.1.0')
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  assert.ok(valid, JSON.stringify(errors))
  assert.deepEqual(Object.keys(document.paths).toSorted(), [
    '/health/live',
    '/health/ready',
    '/metrics',
    '/v1/features',
    '/v1/features/{view}',
    '/v1/features/{view}/versions/{version}',
    '/v1/features/{view}/versions/{version}/promote',
  ])
  const page = await fetch(`${server.url}/docs`)
  const html = await page.text()
  assert.equal(page.status, 200)
  const links = [...html.matchAll(/(?:src|href)="(?<link>[^"]*)"/g)].map(({ groups }) => groups!.link)
  assert.ok(links.length > 2)
  for (const link of links) {
    assert.doesNotMatch(link, /^(?:https?:)?\/\//)
    assert.equal((await fetch(new URL(link, page.url))).status, 200, link)
  }
})
