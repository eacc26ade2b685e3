import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorCode } from '../../engine/error-codes.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import {
  bigint,
  boolean,
  decimal,
  double,
  int,
  long,
  nullable,
  oneOf,
  record,
  series,
  string,
  timestamp,
} from '../../engine/index.ts'
import type { Series } from '../../engine/stores/series.ts'
import type { SeriesPoint, SeriesStore } from '../../engine/stores/series-store.ts'
import type { WrittenRow } from '../support/written-rows.ts'
import { ownName, writeRows } from '../support/written-rows.ts'
import type { SeriesHome } from './series-home.ts'
import { openSeries } from './series-home.ts'
import { testPoints } from './series-points.ts'

const Load = record('Load', {
  host: string(),
  zone: nullable(string()),
  at: timestamp(),
  value: double(),
  jobs: nullable(long()),
})

function loads(): Series {
  return series(ownName('load'), Load, { tags: ['host', 'zone'], time: 'at' }) as Series
}

async function put(store: SeriesStore, of: Series, rows: readonly Readonly<Record<string, unknown>>[]) {
  const writer = await openSeries(store, of)
  const written = rows.map(row => ({ time: Number(row.at), ...row })) satisfies WrittenRow[]
  await writeRows(writer, of.schema, written)
}

const load = (
  at: number,
  host: string,
  value: number,
  zone: string | null = null,
  jobs: number | null = null,
) => ({
  ...{ at, host, value, zone, jobs },
})

function point(at: number, tags: SeriesPoint['tags'], values: SeriesPoint['values']): SeriesPoint {
  return { time: at, tags, values }
}

async function rejectsWith(action: () => Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(action, (error: unknown) => isHeadraceError(error, code))
}

/** What every store of series has to do, whatever it is made of. */
export function testSeries(home: SeriesHome): void {
  testQueries(home)
  testListing(home)
  testKinds(home)
  testPoints(home)
}

function testQueries({ name, factory }: SeriesHome): void {
  test(`${name}: points come in the order of their times; bounds, tags and a limit choose among them`, async t => {
    const store = (await factory(t))()
    const of = loads()
    await put(store, of, [
      load(3000, 'b', 3, 'x'),
      load(1000, 'a', 1, 'x', 5),
      load(2000, 'a', 2),
      load(2000, 'b', 4),
      load(4000, 'a', 6, ''),
    ])
    const all = [
      point(1000, { host: 'a', zone: 'x' }, { value: 1, jobs: 5 }),
      point(2000, { host: 'a' }, { value: 2 }),
      point(2000, { host: 'b' }, { value: 4 }),
      point(3000, { host: 'b', zone: 'x' }, { value: 3 }),
      point(4000, { host: 'a' }, { value: 6 }),
    ]
    const ask = async (query: object) => (await store.query({ series: of.name, ...query })).points
    const answer = await store.query({ series: of.name })
    assert.deepEqual(answer.points, all)
    assert.equal(answer.isCut, false)
    assert.deepEqual(
      [answer.tags.toSorted(), answer.values.toSorted()],
      [
        ['host', 'zone'],
        ['jobs', 'value'],
      ],
    )
    assert.deepEqual(await ask({ from: 2000, to: 4000 }), all.slice(1, 4))
    assert.deepEqual(await ask({ where: { host: 'a' } }), [all[0], all[1], all[4]])
    assert.deepEqual(await ask({ where: { host: 'b', zone: 'x' } }), [all[3]])
    assert.deepEqual(await ask({ where: { host: 'nobody' } }), [])
    assert.deepEqual(await ask({ from: 5000 }), [])
    const cut = await store.query({ series: of.name, limit: 2 })
    assert.deepEqual([cut.points, cut.isCut], [all.slice(3), true])
    await store.close()
  })
}

function testListing({ name, factory }: SeriesHome): void {
  test(`${name}: series are listed with what they have; one that is not there is a coded error`, async t => {
    const store = (await factory(t))()
    assert.equal((await store.list()).length, 0)
    const of = loads()
    await rejectsWith(() => store.query({ series: of.name }), 'HR_SERIES_UNKNOWN')
    await put(store, of, [load(1000, 'a', 1, 'x', 7), load(9000, 'a', 2, 'x')])
    const [{ tags, values, oldest, newest, ...listed }, ...more] = await store.list()
    assert.deepEqual([listed.name, more.length], [of.name, 0])
    assert.deepEqual(
      [tags.toSorted(), values.toSorted()],
      [
        ['host', 'zone'],
        ['jobs', 'value'],
      ],
    )
    for (const [known, time] of [
      [oldest, 1000],
      [newest, 9000],
    ])
      assert.ok(known === null || known === time)
    await rejectsWith(() => store.query({ series: 'other' }), 'HR_SERIES_UNKNOWN')
    await rejectsWith(() => store.query({ series: of.name, where: { colour: 'red' } }), 'HR_SERIES_UNKNOWN')
    await store.close()
  })

  test(`${name}: a series without tags takes its times from the rows`, async t => {
    const store = (await factory(t))()
    const of = series(ownName('plain'), record('Plain', { value: int() })) as Series
    const writer = await openSeries(store, of)
    await writeRows(writer, of.schema, [
      { time: 1000, value: 1 },
      { time: 2000, value: 2 },
      { time: 1000, value: 3 },
    ])
    const { points } = await store.query({ series: of.name })
    assert.deepEqual(points, [point(1000, {}, { value: 3 }), point(2000, {}, { value: 2 })])
    await store.close()
  })
}

const Kinds = record('Kinds', {
  'a tag, with = odd "parts"': nullable(string()),
  isOn: boolean(),
  room: int(),
  colour: oneOf('Colour', ['red', 'dark green']),
  flag: boolean(),
  count: int(),
  total: long(),
  exact: bigint(),
  mean: double(),
  'odd, name = "x"': string(),
  shade: oneOf('Colour', ['red', 'dark green']),
  price: decimal(10, 2),
  since: timestamp(),
})

function testKinds({ name, factory }: SeriesHome): void {
  test(`${name}: tags and values of all kinds come back, whatever characters are in them`, async t => {
    const open = await factory(t)
    const store = open()
    const tags = ['a tag, with = odd "parts"', 'isOn', 'room', 'colour'] as const
    const of = series(ownName('kinds'), Kinds, { tags }) as Series
    const texts = ['plain', 'a b,c=d', '"quoted" \\ back', 'ünïcödé 🚀', "it's", '#', '{"a":1}']
    const rows = texts.map((text, index) => ({
      'a tag, with = odd "parts"': text,
      isOn: index % 2 === 0,
      room: index - 3,
      colour: 'dark green',
      flag: index % 2 === 1,
      count: index - 2,
      total: 2 ** 53 - 1 - index,
      exact: 2n ** 40n + BigInt(index),
      mean: index / 7,
      'odd, name = "x"': `${text}\nnew line`,
      shade: 'red',
      price: `${index}.50`,
      since: 1_700_000_000_000 + index,
    }))
    const writer = await openSeries(store, of)
    await writeRows(
      writer,
      of.schema,
      rows.map((row, index) => ({ time: 1000 + index, ...row })),
    )
    await store.close()
    const again = open()
    const { points } = await again.query({ series: of.name })
    assert.deepEqual(
      points.map(found => [
        found.tags,
        Object.fromEntries(Object.entries(found.values).map(([k, v]) => [k, String(v)])),
      ]),
      rows.map(row => {
        const texts = Object.entries(row).map(([key, value]) => [key, String(value)] as const)
        const isTag = (key: string) => tags.some(tag => tag === key)
        const pick = (wanted: boolean) => Object.fromEntries(texts.filter(([key]) => isTag(key) === wanted))
        return [pick(true), pick(false)]
      }),
    )
    assert.equal(typeof points[0].values.flag, 'boolean')
    assert.equal(typeof points[0].values.mean, 'number')
    const [chosen] = (await again.query({ series: of.name, where: { [tags[0]]: texts[2] } })).points
    assert.equal(chosen.time, 1002)
    await again.close()
  })
}
