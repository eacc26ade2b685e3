import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorCode } from '../../engine/error-codes.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import { bigint, features, int, long, nullable } from '../../engine/index.ts'
import type { StoredFeature } from '../../engine/stores/feature-store.ts'
import type { FeatureView } from '../../engine/stores/feature-view.ts'
import { viewSpec } from '../../engine/stores/feature-view.ts'
import { ownName, writeRows } from '../support/written-rows.ts'
import type { FeatureHome } from './feature-home.ts'
import { testKinds } from './feature-kinds.ts'
import { testNames } from './feature-names.ts'
import { testOrder } from './feature-order.ts'
import { testReplay } from './feature-replay.ts'
import { place, put, schemaOf, userFields, userView, valuesIn } from './feature-views.ts'

const hour = 3_600_000

const ok = (value: unknown, time: number): StoredFeature => ({ state: 'ok', value, time })
const missing: StoredFeature = { state: 'missing', value: undefined, time: null }

async function rejectsWith(action: () => Promise<unknown>, code: ErrorCode, text: RegExp): Promise<void> {
  await assert.rejects(action, (error: unknown) => {
    assert.ok(isHeadraceError(error, code), String(error))
    assert.match(error.message, text)
    return true
  })
}

/** What every store of features has to do, whatever it is made of. */
export function testFeatures(home: FeatureHome): void {
  testReading(home)
  testNames(home)
  testReopening(home)
  testVersions(home)
  testDropped(home)
  testDefinitions(home)
  testExpiry(home)
  testKinds(home)
  testOrder(home)
  testReplay(home)
}

function testReading({ name, factory }: FeatureHome): void {
  test(`${name}: values are read with their event time, entities and fields in the order asked for`, async t => {
    const store = await factory(t)()
    const view = userView()
    await put(store, view, [
      { user: 'ann', time: 1000, clicks: 1, spent: 1.5, city: 'Rome' },
      { user: 'bob', time: 2000, clicks: 2, spent: null, city: '' },
    ])
    const asked = { view: view.name, entities: ['bob', 'eve', 'ann', 'bob'], fields: ['city', 'clicks'] }
    const bob = [ok('', 2000), ok(2, 2000)]
    assert.deepEqual(await store.get(asked), {
      view: view.name,
      version: 1,
      fields: ['city', 'clicks'],
      rows: [bob, [missing, missing], [ok('Rome', 1000), ok(1, 1000)], bob],
    })
    assert.deepEqual(await valuesIn(store, view, 'bob'), [[ok(2, 2000), ok(null, 2000), ok('', 2000)]])
    assert.deepEqual((await store.get({ ...asked, entities: [] })).rows, [])
    await store.close()
  })

  test(`${name}: a sink of some fields leaves the others alone`, async t => {
    const store = await factory(t)()
    const view = userView()
    const some = schemaOf(view, ['spent'])
    const writer = await store.openWriter(viewSpec(view), some, place)
    await writeRows(writer, some, [{ user: 'ann', time: 10, spent: 5 }])
    assert.deepEqual(await valuesIn(store, view, 'ann'), [[missing, ok(5, 10), missing]])
    await put(store, view, [{ user: 'ann', time: 5, clicks: 1, spent: 4, city: 'Rome' }])
    assert.deepEqual(await valuesIn(store, view, 'ann'), [[ok(1, 5), ok(5, 10), ok('Rome', 5)]])
    await store.close()
  })
}

function testReopening({ name, factory }: FeatureHome): void {
  test(`${name}: what was flushed is there when the store is opened again`, async t => {
    const open = factory(t)
    const view = userView()
    const store = await open()
    const users = Array.from({ length: 20_000 }, (_, index) => `user-${index}`)
    const rows = users.map((user, index) => ({
      user,
      time: index,
      clicks: index,
      spent: index / 2,
      city: user,
    }))
    const writer = await put(store, view, rows)
    writer.close()
    await store.close()
    const again = await open()
    const found = await valuesIn(again, view, ...users)
    assert.deepEqual(
      found.map(row => row.map(({ value }) => value)),
      rows.map(({ clicks, spent, city }) => [clicks, spent, city]),
    )
    const [listed] = (await again.list()).filter(one => one.name === view.name)
    assert.deepEqual([listed.versions[0].entities, listed.versions[0].newest], [20_000, 19_999])
    await again.close()
  })

  test(`${name}: a look-up in the stream gives the values that are there, and nothing for who is not`, async t => {
    const store = await factory(t)()
    const view = features(ownName('numbers'), { entity: 'id', fields: { a: long(), b: nullable(bigint()) } })
    const schema = schemaOf(view, ['a'])
    const writer = await store.openWriter(viewSpec(view), schema, place)
    await writeRows(writer, schema, [{ id: '7', time: 3, a: 2 ** 53 - 1 }])
    const lookup = await store.openLookup(viewSpec(view), ['b', 'a'])
    assert.deepEqual(await lookup.get([7, 8n, '7']), [
      { values: { a: 2 ** 53 - 1 }, times: { a: 3 } },
      undefined,
      { values: { a: 2 ** 53 - 1 }, times: { a: 3 } },
    ])
    lookup.close()
    await store.close()
  })
}

function testVersions({ name, factory }: FeatureHome): void {
  test(`${name}: versions stand side by side; the promoted one is read, and goes last`, async t => {
    const store = await factory(t)()
    const [first, second] = [1, 2].map(version => userView({ name: 'users', version }))
    const named = ownName('users')
    const views = [first, second].map(view => ({ ...view, name: named }))
    await put(store, views[0], [{ user: 'ann', time: 1, clicks: 1, spent: null, city: null }])
    await put(store, views[1], [{ user: 'ann', time: 2, clicks: 2, spent: null, city: null }])
    const clicks = async (version?: number) => {
      const answer = await store.get({ view: named, version, entities: ['ann'], fields: ['clicks'] })
      return [answer.version, answer.rows[0][0].value]
    }
    assert.deepEqual(
      [await clicks(), await clicks(1), await clicks(2)],
      [
        [1, 1],
        [1, 1],
        [2, 2],
      ],
    )
    await rejectsWith(() => store.drop(named, 1), 'HR_VIEW_PROMOTED', /version 1 of feature view/)
    await rejectsWith(() => store.promote(named, 3), 'HR_VIEW_UNKNOWN', /no version 3; there are 1, 2/)
    await store.promote(named, 2)
    assert.deepEqual(await clicks(), [2, 2])
    const [listed] = (await store.list()).filter(view => view.name === named)
    assert.deepEqual(
      [
        listed.promoted,
        listed.versions.map(({ definition, entities, newest }) => [definition.version, entities, newest]),
      ],
      [
        2,
        [
          [1, 1, 1],
          [2, 1, 2],
        ],
      ],
    )
    await store.drop(named, 1)
    await rejectsWith(() => clicks(1), 'HR_VIEW_UNKNOWN', /no version 1; there are 2/)
    await store.drop(named, 2)
    await rejectsWith(() => clicks(), 'HR_VIEW_UNKNOWN', /there is no feature view/)
    assert.equal(
      (await store.list()).some(view => view.name === named),
      false,
    )
    await store.close()
  })
}

function testDropped({ name, factory }: FeatureHome): void {
  test(`${name}: a version that was dropped comes back empty`, async t => {
    const store = await factory(t)()
    const view = userView()
    await put(store, view, [{ user: 'ann', time: 9, clicks: 1, spent: null, city: null }])
    await store.drop(view.name, 1)
    await store.define(view)
    assert.deepEqual(await valuesIn(store, view, 'ann'), [[missing, missing, missing]])
    await put(store, view, [{ user: 'ann', time: 1, clicks: 2, spent: null, city: null }])
    assert.deepEqual((await valuesIn(store, view, 'ann'))[0][0], ok(2, 1))
    await store.close()
  })
}

function testDefinitions({ name, factory }: FeatureHome): void {
  test(`${name}: another shape needs another version, other words do not`, async t => {
    const open = factory(t)
    const store = await open()
    const view = userView()
    await store.define(view)
    const other = (change: Partial<FeatureView>) => store.define({ ...view, ...change })
    const text = /version 1 of feature view "users-/
    await rejectsWith(() => other({ fields: { ...userFields, clicks: long() } }), 'HR_VIEW_CHANGED', text)
    await rejectsWith(
      () => other({ fields: { ...userFields, more: int() } }),
      'HR_VIEW_CHANGED',
      /no field "more"/,
    )
    await rejectsWith(() => other({ fields: { clicks: int() } }), 'HR_VIEW_CHANGED', /the field "spent"/)
    await rejectsWith(() => other({ entity: 'account' }), 'HR_VIEW_CHANGED', /entity "user", not "account"/)
    await rejectsWith(() => other({ ttlMs: 5 }), 'HR_VIEW_CHANGED', /ttl none, not 5 ms/)
    const spec = viewSpec({ ...view, ttlMs: 7 })
    const schema = schemaOf(view, ['clicks'])
    await rejectsWith(
      () => store.openWriter(spec, schema, place),
      'HR_VIEW_CHANGED',
      /job a-job, step a-sink/,
    )
    const described = { ...userFields, clicks: int({ description: 'of the mouse', owner: 'web', max: 9 }) }
    await other({ description: 'Users', fields: described })
    await store.close()
    const again = await open()
    const found = await again.definition(view.name)
    const { clicks } = found.fields
    assert.deepEqual(
      [found.description, clicks.description, clicks.owner, clicks.max, Object.keys(found.fields)],
      ['Users', 'of the mouse', 'web', 9, ['clicks', 'spent', 'city']],
    )
    await again.close()
  })

  test(`${name}: what is not there is a coded error`, async t => {
    const store = await factory(t)()
    const view = ownName('nobody')
    const asked = { view, entities: ['ann'] }
    for (const action of [
      () => store.get(asked),
      () => store.definition(view),
      () => store.definition(view, 3),
      () => store.promote(view, 1),
      () => store.drop(view, 1),
    ]) {
      await rejectsWith(action, 'HR_VIEW_UNKNOWN', /there is no feature view "nobody-/)
    }
    await store.define({ ...userView({ name: 'x' }), name: view })
    await rejectsWith(() => store.get({ ...asked, fields: ['age'] }), 'HR_VIEW_UNKNOWN', /no field "age"/)
    await rejectsWith(
      () => store.get({ ...asked, version: 2 }),
      'HR_VIEW_UNKNOWN',
      /no version 2; there are 1/,
    )
    await store.close()
  })
}

function testExpiry({ name, factory, tellsExpired }: FeatureHome): void {
  test(`${name}: a value older than the ttl of its view is not given`, async t => {
    const store = await factory(t)()
    const view = userView({ ttl: hour })
    const [fresh, old] = [Date.now() - hour / 2, Date.now() - 1.5 * hour]
    await put(store, view, [{ user: 'ann', time: old, clicks: 1, spent: 2, city: 'Rome' }])
    const some = schemaOf(view, ['clicks'])
    const writer = await store.openWriter(viewSpec(view), some, place)
    await writeRows(writer, some, [{ user: 'ann', time: fresh, clicks: 3 }])
    const gone = tellsExpired ? { state: 'expired', value: undefined, time: old } : missing
    assert.deepEqual(await valuesIn(store, view, 'ann'), [[ok(3, fresh), gone, gone]])
    const lookup = await store.openLookup(viewSpec(view), ['spent', 'clicks'])
    assert.deepEqual(await lookup.get(['ann']), [{ values: { clicks: 3 }, times: { clicks: fresh } }])
    await store.close()
  })
}
