import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { SqliteFeatures } from '../../connectors/sqlite/features.ts'
import { double, features, int, nullable, string, vector } from '../../engine/index.ts'
import { viewSpec } from '../../engine/stores/feature-view.ts'
import { place, schemaOf } from '../conformance/feature-views.ts'
import { CliFolder } from '../support/cli.ts'
import { writeRows } from '../support/written-rows.ts'

const day = 86_400_000
const fields = {
  clicks: int({ description: 'of the mouse', owner: 'web', min: 0, max: 9 }),
  spent: nullable(double({ min: 0 })),
  city: nullable(string()),
}
const taste = { taste: vector(2), score: double({ max: 1 }) }

/** A data directory with two versions of one view and one of another. */
async function filled(t: TestContext): Promise<CliFolder> {
  const folder = new CliFolder(t)
  const store = new SqliteFeatures({ dir: `${folder.path}/.headrace`, fsync: 'never' })
  const old = Date.now() - 7.5 * day
  for (const [version, ttl, time] of [
    [1, '7d', old],
    [2, '30d', old + day],
  ] as const) {
    const view = features('users', { entity: 'user', version, ttl, fields })
    const schema = schemaOf(view, Object.keys(fields))
    const writer = await store.openWriter(viewSpec(view), schema, place)
    const rows = [{ user: 'ann', time, clicks: version, spent: null, city: 'New York' }]
    await writeRows(writer, schema, rows)
  }
  await store.define(features('books', { entity: 'book', description: 'what is read', fields: taste }))
  await store.close()
  return folder
}

test('views are listed with their versions', async t => {
  const folder = await filled(t)
  const { out, err, code } = await folder.run('features ls')
  assert.deepEqual([err, code], ['', 0])
  const times = [...out.matchAll(/20\d\d-\S+Z/g)].map(([time]) => time)
  assert.equal(
    times.reduce((text, time) => text.replace(time, 'TIME'.padEnd(24)), out),
    `view   version            fields  entities  ttl  newest                      age
books        1  promoted       2         0
users        1  promoted       3         1   7d  TIME                      7d12h
users        2                 3         1  30d  TIME                      6d12h
`,
  )
  const records = (await folder.run('features ls --json')).json()
  assert.deepEqual(
    records.map(({ view, version, promoted, entities }) => [view, version, promoted, entities]),
    [
      ['books', 1, true, 0],
      ['users', 1, true, 1],
      ['users', 2, false, 1],
    ],
  )
})

test('a view is shown with its fields', async t => {
  const folder = await filled(t)
  assert.equal(
    (await folder.run('features show users --version 2')).out,
    `users, version 2, by user; ttl 30d

field   type                        owner  description
clicks  int, 0 to 9                 web    of the mouse
spent   double, or null, 0 or more
city    string, or null
`,
  )
  assert.equal(
    (await folder.run('features show books')).out,
    `books, version 1, by book; values stay until they are overwritten
what is read

field  type
taste  vector(2)
score  double, 1 or less
`,
  )
  const [definition] = (await folder.run('features show books --json')).json()
  assert.deepEqual([definition.name, definition.entity, definition.ttlMs], ['books', 'book', null])
})

test('values are shown with their time, age and state', async t => {
  const folder = await filled(t)
  const { out } = await folder.run('features get users ann eve --field city --version 2')
  const time = /20\d\d-\d\d-\d\dT\S+Z/.exec(out)?.[0] ?? ''
  assert.equal(
    out.replace(time, 'TIME'.padEnd(24)),
    `entity  field  value     event time                  age  state
ann     city   New York  TIME                      6d12h  ok
eve     city                                              missing
`,
  )
  const [first] = (await folder.run('features get users ann --json')).json<{
    features: unknown
    version: number
  }>()
  assert.equal(first.version, 1)
  const { clicks } = first.features as Record<string, { state: string; value?: unknown; ageMs: number }>
  assert.deepEqual([clicks.state, clicks.value], ['expired', undefined])
  assert.ok(clicks.ageMs >= 7.5 * day)
})

test('a version is promoted and dropped, the promoted one last', async t => {
  const folder = await filled(t)
  const refused = await folder.run('features drop users 1 --yes')
  assert.match(refused.err, /HR_VIEW_PROMOTED: version 1 of feature view "users"/)
  assert.equal((await folder.run('features promote users 2')).out, 'version 2 of users is the promoted one\n')
  assert.match(
    (await folder.run('features drop users 1')).out,
    /^would drop version 1 of users in .*features\.db/,
  )
  assert.match((await folder.run('features show users --version 1')).out, /version 1/)
  assert.match((await folder.run('features drop users 1 --yes')).out, /^dropped version 1 of users in /)
  assert.match((await folder.run('features show users --version 1')).err, /no version 1; there are 2/)
  assert.match((await folder.run('features promote users x')).err, /HR_USAGE: the version is "x"/)
})

test('a folder without views is left as it is', async t => {
  const folder = new CliFolder(t)
  assert.match((await folder.run('features ls')).out, /^no feature views in .*features\.db\n$/)
  assert.match(
    (await folder.run('features get users ann')).err,
    /HR_VIEW_UNKNOWN: there is no feature view "users"/,
  )
  assert.match((await folder.run('series ls')).out, /^no series in .*series\.db\n$/)
  assert.equal(existsSync(`${folder.path}/.headrace`), false)
})
