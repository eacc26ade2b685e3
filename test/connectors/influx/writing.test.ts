import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import fc from 'fast-check'
import type { InfluxOptions } from '../../../connectors/influx/config.ts'
import { InfluxSeries } from '../../../connectors/influx/series.ts'
import type { Series } from '../../../engine/index.ts'
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
} from '../../../engine/index.ts'
import { setLimits } from '../../../engine/limits.ts'
import type { StoreReject } from '../../../engine/stores/stores.ts'
import { openSeries } from '../../conformance/series-home.ts'
import { storedValues } from '../../support/influx-client.ts'
import { assertProperty } from '../../support/property.ts'
import { influx, newBucket } from '../../support/services/influx.ts'
import { storeRows } from '../../support/store-rows.ts'

// A sink of some thousand rows takes several requests.
setLimits({ influxPoints: 1000 })
const server = await influx()
const bucket = await newBucket(server, 'writing')

async function open<T>(t: Pick<TestContext, 'after'>, of: Series<T>, options: Partial<InfluxOptions> = {}) {
  const store = new InfluxSeries({ ...bucket, ...options }, () => {})
  t.after(() => store.close())
  return openSeries(store, of as Series)
}

function texts(rejects: readonly StoreReject[]) {
  return rejects.map(({ code, value, time }) => [code, Buffer.from(value).toString(), time])
}

const Reading = record('Reading', {
  at: timestamp(),
  site: string(),
  state: nullable(oneOf('State', ['on', 'off'])),
  level: nullable(double()),
  steps: nullable(long()),
  huge: nullable(bigint()),
  isOpen: nullable(boolean()),
  note: nullable(string()),
  price: nullable(decimal(10, 2)),
  since: nullable(timestamp()),
})
const blank = {
  state: null,
  level: null,
  steps: null,
  huge: null,
  isOpen: null,
  note: null,
  price: null,
  since: null,
}

test('values keep their types, and nulls are left out', async t => {
  const readings = series('types', Reading, { tags: ['site', 'state'], time: 'at' })
  for (const gzip of [true, false]) {
    const writer = await open(t, readings, { gzip, precision: gzip ? 'ns' : 'ms' })
    const full = {
      level: 4,
      steps: 2 ** 53 - 1,
      huge: 2n ** 63n - 1n,
      isOpen: true,
      note: '',
      price: '1.50',
      since: 9,
    }
    const padding = Array.from({ length: 20 }, (_, row) => ({
      ...blank,
      at: 5000 + row,
      site: 'pad',
      level: 1,
    }))
    const rows = [
      { at: 1000, site: 'a b', state: 'on', ...full },
      { ...blank, at: 2000, site: '', level: -0.125 },
      ...padding,
    ]
    await writer.write(storeRows(Reading, rows))
    assert.deepEqual(await writer.flush(), [])
    const values = (await storedValues(bucket, 'types')).filter(({ tags }) => tags.site !== 'pad')
    const tags = { site: 'a b', state: 'on' }
    const time = '1970-01-01T00:00:01Z'
    assert.deepEqual(values, [
      { time, tags, field: 'huge', type: 'long', value: '9223372036854775807' },
      { time, tags, field: 'isOpen', type: 'boolean', value: 'true' },
      { time, tags, field: 'level', type: 'double', value: '4' },
      { time, tags, field: 'note', type: 'string', value: '' },
      { time, tags, field: 'price', type: 'string', value: '1.50' },
      { time, tags, field: 'since', type: 'long', value: '9' },
      { time, tags, field: 'steps', type: 'long', value: '9007199254740991' },
      { time: '1970-01-01T00:00:02Z', tags: {}, field: 'level', type: 'double', value: '-0.125' },
    ])
  }
})

test('whatever text is taken comes back as it was', async t => {
  const Text = record('Text', { run: int(), tag: string(), text: string() })
  const texts = series('texts', Text, { tags: ['run', 'tag'] })
  const writer = await open(t, texts)
  const awkward = fc.string({ unit: fc.constantFrom(...' ,="\\\n\t\rab#é☃😀'), maxLength: 8 })
  let run = 0
  await assertProperty(
    fc.asyncProperty(fc.array(fc.tuple(awkward, awkward), { minLength: 1 }), async pairs => {
      run++
      const rows = pairs.map(([tag, text]) => ({ run, tag, text: `${text}.` }))
      await writer.write(
        storeRows(
          Text,
          rows,
          rows.map((_, row) => row),
        ),
      )
      const rejects = await writer.flush()
      const isTaken = ({ tag }: { tag: string }) => !tag.includes('\n') && !tag.endsWith('\\')
      assert.equal(rejects.length, rows.filter(row => !isTaken(row)).length)
      for (const { code } of rejects) assert.equal(code, 'HR_VALUE_REFUSED')
      const found = (await storedValues(bucket, 'texts')).filter(({ tags }) => tags.run === String(run))
      const [actual, expected] = [
        found.map(({ time, tags, value }) => JSON.stringify([Date.parse(time), tags.tag ?? '', value])),
        rows.flatMap(({ tag, text }, time) => (isTaken({ tag }) ? [JSON.stringify([time, tag, text])] : [])),
      ]
      // The server's answer has no carriage returns but before newlines, where it puts them itself.
      const asAnswered = (point: string) => point.replaceAll('\\r', '')
      assert.deepEqual(actual.map(asAnswered).toSorted(), expected.map(asAnswered).toSorted())
    }),
    20,
  )
})

test('rows that the server refuses come back, and the others are written', async t => {
  const Whole = record('Mixed', { host: string(), v: nullable(int()), w: nullable(double()) })
  const Broken = record('Mixed', { host: string(), v: nullable(double()), w: nullable(double()) })
  const first = await open(t, series('mixed', Whole, { tags: ['host'] }))
  await first.write(storeRows(Whole, [{ host: 'a', v: 1, w: 1 }], [0]))
  assert.deepEqual(await first.flush(), [])

  const writer = await open(t, series('mixed', Broken, { tags: ['host'] }))
  const rows = Array.from({ length: 40 }, (_, row) => ({
    host: `h${row % 3}`,
    v: row % 13 === 5 ? 0.5 : null,
    w: row,
  }))
  const times = rows.map((_, row) => row)
  await writer.write(storeRows(Broken, rows, times))
  const rejects = (await writer.flush()).toSorted((a, b) => a.time - b.time)
  assert.deepEqual(texts(rejects), [
    ['HR_POINT_REFUSED', 'mixed,host=h2 v=0.5,w=5 5', 5],
    ['HR_POINT_REFUSED', 'mixed,host=h0 v=0.5,w=18 18', 18],
    ['HR_POINT_REFUSED', 'mixed,host=h1 v=0.5,w=31 31', 31],
  ])
  for (const { message } of rejects) assert.match(message, /field type conflict: input field "v"/)
  const found = (await storedValues(bucket, 'mixed')).filter(({ tags }) => tags.host !== 'a')
  assert.deepEqual(
    found.map(({ value }) => Number(value)).toSorted((a, b) => a - b),
    rows.map(({ w }) => w).filter(w => w % 13 !== 5),
  )
  // All of a request at once: there is nothing to search for.
  await writer.write(
    storeRows(
      Broken,
      rows.map(row => ({ ...row, v: 0.5 })),
    ),
  )
  assert.equal((await writer.flush()).length, rows.length)
})

test('of two rows with the same tags and time the later one counts, and a replay changes nothing', async t => {
  const Row = record('Replayed', { user: string(), clicks: int(), text: nullable(string()) })
  const writer = await open(t, series('replayed', Row, { tags: ['user'] }))
  const rows = Array.from({ length: 30_000 }, (_, row) => ({ user: `u${row % 10}`, clicks: row, text: null }))
  const times = rows.map((_, row) => Math.floor(row / 10) % 100)
  const batch = storeRows(Row, rows, times)
  await writer.write(batch)
  assert.deepEqual(await writer.flush(), [])
  const before = await storedValues(bucket, 'replayed')
  const expected = rows.slice(-1000).map(({ user, clicks }, index) => [times[29_000 + index], user, clicks])
  assert.deepEqual(
    before.map(({ time, tags, value }) => [Date.parse(time), tags.user, Number(value)]),
    expected.toSorted((a, b) => Number(a[0]) - Number(b[0]) || (a[1] < b[1] ? -1 : 1)),
  )
  await writer.write(batch)
  assert.deepEqual(await writer.flush(), [])
  assert.deepEqual(await storedValues(bucket, 'replayed'), before)
})
