import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SqliteFeatures } from '../../connectors/sqlite/features.ts'
import { int, makeSchema, string } from '../../engine/batch/schema.ts'
import { limits } from '../../engine/limits.ts'
import { features, viewSpec } from '../../engine/stores/feature-view.ts'
import { featureServer } from '../support/feature-server.ts'
import { temporaryDirectory } from '../support/state-directory.ts'
import { bearer, problemOf, tokens } from '../support/test-server.ts'
import { writeRows } from '../support/written-rows.ts'

const fields = { clicks: int() }
const views = [1, 2].map(version => features('user-stats', { entity: 'user', version, fields }))
const rows = ['u1', 'u2'].map((user, clicks) => ({ user, time: 1000, clicks }))

type Asked = readonly [method: string, path: string, token: string, body?: string]

const read = 'user-stats'
const [promote, drop] = ['user-stats/versions/2/promote', 'user-stats/versions/2']
const oversize = ' '.repeat(limits.serverBodyBytes + 1)
const good = '{"entities":["u1","u2"]}'

const refused: readonly (readonly [what: string, asked: Asked, status: number, code: string])[] = [
  ['no token', ['POST', read, '', good], 401, 'HR_TOKEN_REFUSED'],
  ['a bad token', ['POST', read, 'bad', good], 401, 'HR_TOKEN_REFUSED'],
  ['a bad token to promote', ['POST', promote, 'bad'], 401, 'HR_TOKEN_REFUSED'],
  ['a bad token to drop', ['DELETE', drop, 'bad'], 401, 'HR_TOKEN_REFUSED'],
  ['a token without the scope to promote', ['POST', promote, 'reader'], 403, 'HR_SCOPE_MISSING'],
  ['a token without the scope to drop', ['DELETE', drop, 'reader'], 403, 'HR_SCOPE_MISSING'],
  ['an unknown view', ['POST', 'nobody', 'root', good], 404, 'HR_VIEW_UNKNOWN'],
  ['promoting in an unknown view', ['POST', 'nobody/versions/2/promote', 'root'], 404, 'HR_VIEW_UNKNOWN'],
  ['an unknown version', ['POST', 'user-stats/versions/9/promote', 'root'], 404, 'HR_VIEW_UNKNOWN'],
  ['dropping an unknown version', ['DELETE', 'user-stats/versions/9', 'root'], 404, 'HR_VIEW_UNKNOWN'],
  ['dropping what is promoted', ['DELETE', 'user-stats/versions/1', 'root'], 409, 'HR_VIEW_PROMOTED'],
  ['a version that is none', ['DELETE', 'user-stats/versions/2.5', 'root'], 400, 'HR_REQUEST_INVALID'],
  ['an oversize body', ['POST', read, 'root', oversize], 413, 'HR_REQUEST_TOO_LARGE'],
  ['an oversize body to promote', ['POST', promote, 'root', oversize], 413, 'HR_REQUEST_TOO_LARGE'],
  ['wrong types', ['POST', read, 'root', '{"entities":"u1"}'], 400, 'HR_REQUEST_INVALID'],
  ['half a body', ['POST', read, 'root', '{"entities":['], 400, 'HR_REQUEST_INVALID'],
]

test('what is refused gets a clear answer, and changes nothing that is stored or served', async t => {
  const store = new SqliteFeatures({ dir: temporaryDirectory(t), fsync: 'never' })
  t.after(() => store.close())
  for (const view of views) {
    const schema = makeSchema(view.name, { user: string(), ...fields })
    const place = { job: 'test', step: 'sink' }
    await writeRows(await store.openWriter(viewSpec(view), schema, place), schema, rows)
  }
  const scopes = tokens({ root: ['admin', 'read:*'], reader: ['read:*'] })
  const server = await featureServer(t, store, { tokens: scopes })
  const stored = async () => [
    await store.list(),
    await answerOf(await server.read(read, good, bearer('root'))),
  ]
  const before = await stored()
  for (const [what, [method, path, token, body], status, code] of refused) {
    const response = await fetch(`${server.url}/v1/features/${path}`, {
      method,
      headers: {
        ...(token !== '' && bearer(token)),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
    })
    const problem = await problemOf(response)
    assert.deepEqual([problem.status, problem.code], [status, code], what)
    assert.notEqual(problem.detail, '', what)
    assert.deepEqual(await stored(), before, what)
  }
})

/** How old something is depends on when one asks. */
async function answerOf(response: Response): Promise<unknown> {
  assert.equal(response.status, 200)
  return JSON.parse((await response.text()).replaceAll(/"ageMs":\d+/g, '"ageMs":0'))
}
