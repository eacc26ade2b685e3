import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { double, int } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import { features } from '../../engine/stores/feature-view.ts'
import { featureServer } from '../support/feature-server.ts'
import { ScriptedFeatures } from '../support/scripted-features.ts'
import { bearer, problemOf, tokens } from '../support/test-server.ts'

const users = features('user-stats', { entity: 'user', fields: { clicks: int(), spend: double() } })
const items = features('item-stats', { entity: 'item', fields: { views: int() } })

const bad: readonly (readonly [string, unknown, RegExp])[] = [
  ['no JSON', '{"entities": [', /JSON|body/i],
  ['no object', '[]', /must be object/],
  ['no entities', {}, /entities/],
  ['none of them', { entities: [] }, /fewer than 1/],
  ['an entity that is an object', { entities: [{}] }, /entities\/0/],
  ['an entity that is a boolean', { entities: [true] }, /entities\/0/],
  ['an entity that is no whole number', { entities: [1.5] }, /entities\/0/],
  ['an entity that JSON has rounded', '{"entities": [9007199254740993]}', /entities\/0/],
  ['an empty entity', { entities: [''] }, /entities\/0/],
  ['a text for the entities', { entities: 'u1' }, /must be array/],
  ['a field that is a number', { entities: ['u1'], fields: [1] }, /fields\/0/],
  ['a field twice', { entities: ['u1'], fields: ['clicks', 'clicks'] }, /duplicate/],
  ['a version that is a text', { entities: ['u1'], version: '1' }, /version/],
  ['version 0', { entities: ['u1'], version: 0 }, /version/],
  ['an age that is none', { entities: ['u1'], maxAge: 'soon' }, /maxAge/],
  ['a property that nobody knows', { entities: ['u1'], entity: 'u1' }, /additional/],
  ['a way into the prototype', '{"entities": ["u1"], "__proto__": {}}', /JSON/],
]

for (const [what, body, detail] of bad) {
  test(`refused as invalid: ${what}`, async t => {
    const store = new ScriptedFeatures(users)
    const server = await featureServer(t, store)
    const response = await server.read('user-stats', body)
    const problem = await problemOf(response)
    assert.deepEqual([problem.status, problem.code], [400, 'HR_REQUEST_INVALID'])
    assert.match(problem.detail, detail)
    assert.equal(store.reads, 0)
  })
}

test('views, versions, fields and routes that are not there', async t => {
  const server = await featureServer(t, new ScriptedFeatures(users))
  const entities = ['u1']
  for (const [response, code] of [
    [await server.read('nobody-stats', { entities }), 'HR_VIEW_UNKNOWN'],
    [await server.read('user-stats', { entities, version: 9 }), 'HR_VIEW_UNKNOWN'],
    [await server.read('user-stats', { entities, fields: ['constructor'] }), 'HR_VIEW_UNKNOWN'],
    [await fetch(`${server.url}/v1/features/nobody-stats`), 'HR_VIEW_UNKNOWN'],
    [await fetch(`${server.url}/v2/anything?token=secret`), 'HR_ROUTE_UNKNOWN'],
    [await fetch(`${server.url}/v1/features/user-stats`, { method: 'PUT' }), 'HR_ROUTE_UNKNOWN'],
  ] as const) {
    const problem = await problemOf(response)
    assert.deepEqual([problem.status, problem.code], [404, code])
    assert.ok(!problem.detail.includes('secret'))
  }
  assert.equal((await problemOf(await fetch(`${server.url}/v1/features/%zz`))).status, 400)
})

test('a body that is too large, and too many entities', async t => {
  const store = new ScriptedFeatures(users)
  const server = await featureServer(t, store)
  const large = await problemOf(await server.read('user-stats', ' '.repeat(limits.serverBodyBytes + 1)))
  assert.deepEqual([large.status, large.code], [413, 'HR_REQUEST_TOO_LARGE'])
  const entities = Array.from({ length: limits.serverEntities + 1 }, (_, k) => k)
  const many = await problemOf(await server.read('user-stats', { entities }))
  assert.deepEqual([many.status, many.code], [413, 'HR_REQUEST_TOO_LARGE'])
  assert.match(many.detail, /1001 entities; at most 1000/)
  assert.equal(store.reads, 0)
})

test('a body that is not JSON by its type', async t => {
  const server = await featureServer(t, new ScriptedFeatures(users))
  const response = await server.read('user-stats', { entities: ['u1'] }, { 'content-type': 'text/plain' })
  const problem = await problemOf(response)
  assert.deepEqual([problem.status, problem.code], [415, 'HR_REQUEST_INVALID'])
})

test('a token opens what its scopes name, and nothing else', async t => {
  const store = new ScriptedFeatures(users, items)
  const server = await featureServer(t, store, {
    tokens: tokens({ one: ['read:user-stats'], all: ['read:*'], root: ['admin'] }),
  })
  const body = { entities: ['u1'] }
  const asked = {
    read: (headers: Record<string, string>) => server.read('user-stats', body, headers),
    readOther: (headers: Record<string, string>) => server.read('item-stats', body, headers),
    readUnknown: (headers: Record<string, string>) => server.read('nobody-stats', body, headers),
    show: (headers: Record<string, string>) => fetch(`${server.url}/v1/features/item-stats`, { headers }),
    list: (headers: Record<string, string>) => fetch(`${server.url}/v1/features`, { headers }),
    promote: (headers: Record<string, string>) =>
      fetch(`${server.url}/v1/features/user-stats/versions/1/promote`, { method: 'POST', headers }),
    drop: (headers: Record<string, string>) =>
      fetch(`${server.url}/v1/features/user-stats/versions/1`, { method: 'DELETE', headers }),
  }
  const statuses = async (headers: Record<string, string>) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(asked).map(async ([name, ask]) => [name, (await ask(headers)).status] as const),
      ),
    )
  const none = { read: 401, readOther: 401, readUnknown: 401, show: 401, list: 401, promote: 401, drop: 401 }
  assert.deepEqual(await statuses({}), none)
  assert.deepEqual(await statuses(bearer('wrong')), none)
  assert.deepEqual(await statuses({ authorization: 'Basic b25lOm9uZQ==' }), none)
  const some = { read: 200, readOther: 403, readUnknown: 403, show: 403, list: 200, promote: 403, drop: 403 }
  assert.deepEqual(await statuses(bearer('one')), some)
  const reading = {
    read: 200,
    readOther: 200,
    readUnknown: 404,
    show: 200,
    list: 200,
    promote: 403,
    drop: 403,
  }
  assert.deepEqual(await statuses(bearer('all')), reading)
  assert.deepEqual(store.changes, [])
  assert.deepEqual(await statuses(bearer('root')), { ...reading, promote: 204, drop: 204 })
  assert.deepEqual(store.changes.toSorted(), ['drop user-stats@1', 'promote user-stats@1'])
  const listed = (await (await asked.list(bearer('one'))).json()) as { views: { name: string }[] }
  assert.deepEqual(
    listed.views.map(({ name }) => name),
    ['user-stats'],
  )
})

test('without tokens everybody may read, nobody change, and only from this machine', async t => {
  const store = new ScriptedFeatures(users)
  const server = await featureServer(t, store)
  assert.equal((await server.read('user-stats', { entities: ['u1'] })).status, 200)
  const drop = await fetch(`${server.url}/v1/features/user-stats/versions/1`, { method: 'DELETE' })
  assert.equal((await problemOf(drop)).code, 'HR_SCOPE_MISSING')
  assert.deepEqual(store.changes, [])
  await assert.rejects(featureServer(t, store, { host: '0.0.0.0' }), { code: 'HR_CONFIG_INVALID' })
})

test('a caller that comes too often is told when to come again; others are not held up', async t => {
  const store = new ScriptedFeatures(users)
  const scopes = tokens({ one: ['read:*'], two: ['read:*'] })
  const server = await featureServer(t, store, { tokens: scopes, requestsPerSecond: 2 })
  const read = (token: string) => server.read('user-stats', { entities: ['u1'] }, bearer(token))
  const answers = await Promise.all(Array.from({ length: 8 }, () => read('one')))
  const refused = answers.filter(({ status }) => status === 429)
  assert.ok(refused.length >= 4, `${refused.length} were refused`)
  const problem = await problemOf(refused[0])
  assert.equal(problem.code, 'HR_RATE_LIMITED')
  assert.equal(refused[0].headers.get('retry-after'), '1')
  assert.equal((await read('two')).status, 200)
  assert.equal(store.reads, 8 - refused.length + 1)
})

test('a store out of reach is 503, and what it says stays in the log', async t => {
  const store = new ScriptedFeatures(users)
  const server = await featureServer(t, store)
  store.failure = new HeadraceError('HR_INTERNAL', 'no way to 10.1.2.3 with password pa55word')
  const problem = await problemOf(await server.read('user-stats', { entities: ['u1'] }))
  assert.equal(problem.status, 503)
  assert.doesNotMatch(problem.detail, /10\.1|pa55word/)
  const ready = await fetch(`${server.url}/health/ready`)
  assert.deepEqual(
    [ready.status, await ready.json()],
    [503, { status: 'unreachable', services: ['features'] }],
  )
  assert.equal((await fetch(`${server.url}/health/live`)).status, 200)
  assert.equal((await fetch(`${server.url}/metrics`)).status, 200)
  store.failure = undefined
  assert.deepEqual(await (await fetch(`${server.url}/health/ready`)).json(), { status: 'ready' })
})

test('what is not even HTTP gets an answer and no more', async t => {
  const server = await featureServer(t, new ScriptedFeatures(users))
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.end('what is this\r\n\r\n')
  const [answer] = await once(socket, 'data')
  assert.match(String(answer), /^HTTP\/1\.1 400 /)
  assert.equal((await server.read('user-stats', { entities: ['u1'] })).status, 200)
})

test('a port that is taken is said', async t => {
  const store = new ScriptedFeatures(users)
  const { url } = await featureServer(t, store)
  const port = Number(new URL(url).port)
  await assert.rejects(featureServer(t, store, { port }), { code: 'HR_SERVER_ADDRESS' })
})
