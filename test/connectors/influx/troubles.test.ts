import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { beforeEach, test } from 'node:test'
import type { InfluxOptions } from '../../../connectors/influx/config.ts'
import { InfluxSeries } from '../../../connectors/influx/series.ts'
import type { ErrorCode } from '../../../engine/error-codes.ts'
import { isHeadraceError } from '../../../engine/errors.ts'
import type { Series } from '../../../engine/index.ts'
import { int, record, series, string } from '../../../engine/index.ts'
import { setLimits } from '../../../engine/limits.ts'
import { seriesSpec } from '../../../engine/stores/series.ts'
import type { StoreWriter } from '../../../engine/stores/stores.ts'
import { FakeInflux } from '../../support/fake-influx.ts'
import { CertificateAuthority } from '../../support/services/kafka/certificates.ts'
import { storeRows } from '../../support/store-rows.ts'
import { until } from '../../support/turns.ts'

const place = { job: 'test', step: 'points' }
const Row = record('Row', { host: string(), v: int() })
const rows = series('rows', Row, { tags: ['host'] }) as Series

beforeEach(() =>
  setLimits({ storeRetryMs: 300_000, storeRequestMs: 30_000, storePauseMs: 2, influxPoints: 100 }),
)

interface Opened {
  readonly fake: FakeInflux
  readonly notices: string[]
  readonly writer: StoreWriter
}

async function open(t: TestContext, options: Partial<InfluxOptions> = {}): Promise<Opened> {
  const fake = await FakeInflux.start(t)
  const notices: string[] = []
  const all = { url: fake.url, token: 'secret', org: 'o', bucket: 'b', ...options }
  const store = new InfluxSeries(all, message => notices.push(message))
  t.after(() => store.close())
  return { fake, notices, writer: await store.openWriter(seriesSpec(rows), rows.schema, place) }
}

/** So many rows of one series of points, which go in their order. */
function write(writer: StoreWriter, count: number, from = 0) {
  const numbers = Array.from({ length: count }, (_, row) => from + row)
  return writer.write(
    storeRows(
      rows.schema,
      numbers.map(v => ({ host: 'h', v })),
      numbers,
    ),
  )
}

const line = (v: number) => `rows,host=h v=${v}i ${v}\n`
const valuesIn = (points: string) =>
  [...points.matchAll(/v=(?<v>\d+)i/g)].map(({ groups }) => Number(groups?.v))

async function failsWith(action: () => Promise<unknown>, code: ErrorCode, pattern: RegExp) {
  await assert.rejects(action, error => {
    assert.ok(isHeadraceError(error, code), String(error))
    assert.match(error.message, pattern)
    assert.doesNotMatch(error.message, /secret/)
    return true
  })
}

test('a request that fails in a way that may pass is sent again, the same', async t => {
  const { fake, writer } = await open(t)
  fake.script.push({ status: 503 }, { status: 429 }, 'reset', { status: 500, body: { message: 'timeout' } })
  await write(writer, 2)
  assert.deepEqual(await writer.flush(), [])
  assert.deepEqual(fake.written, Array(5).fill(line(0) + line(1)))
})

test('a server that asks for time gets it', async t => {
  const { fake, notices, writer } = await open(t)
  fake.script.push({ status: 429, headers: { 'retry-after': '1' }, body: { message: 'quota' } })
  await write(writer, 1)
  const begun = performance.now()
  assert.deepEqual(await writer.flush(), [])
  assert.ok(performance.now() - begun >= 1000)
  assert.match(notices.join('\n'), /is tried again: it answers 429 quota\n.*works again$/)
})

test('without an answer in time the request is sent again, and not for ever', async t => {
  setLimits({ storeRequestMs: 20, storeRetryMs: 100 })
  const { fake, writer } = await open(t)
  fake.script.push('silence')
  await write(writer, 1)
  assert.deepEqual(await writer.flush(), [])
  assert.equal(fake.written.length, 2)
  fake.always = () => 'silence'
  await write(writer, 1)
  const expected = /has not worked for 100 ms: there was no answer within 20 ms/
  await failsWith(() => writer.flush(), 'HR_STORE_UNREACHABLE', expected)
  await failsWith(() => writer.flush(), 'HR_STORE_UNREACHABLE', expected)
})

test('what a server refuses to do at all is an error with its words', async t => {
  const cases: [number, ErrorCode][] = [
    [401, 'HR_STORE_AUTH'],
    [403, 'HR_STORE_AUTH'],
    [404, 'HR_BUCKET_MISSING'],
    [405, 'HR_STORE_REFUSED'],
    [200, 'HR_STORE_REFUSED'],
  ]
  for (const [status, code] of cases) {
    const { fake, writer } = await open(t)
    fake.script.push({ status, body: { message: 'its words' } })
    await write(writer, 1)
    await failsWith(() => writer.flush(), code, new RegExp(`writing to bucket "b": .* ${status} its words`))
  }
})

test('a request that is too large goes in halves, and a point that is too large comes back', async t => {
  const { fake, writer } = await open(t)
  fake.always = points => ({ status: points.length > 60 || points.includes('v=5i') ? 413 : 204 })
  await write(writer, 8)
  const rejects = await writer.flush()
  assert.deepEqual(
    rejects.map(({ code, value, time }) => [code, Buffer.from(value).toString(), time]),
    [['HR_POINT_REFUSED', line(5).trim(), 5]],
  )
  const taken = fake.written
    .filter(points => points.length <= 60 && !points.includes('v=5i'))
    .flatMap(valuesIn)
  assert.deepEqual(taken.toSorted(), [0, 1, 2, 3, 4, 6, 7])
})

test('refused points are searched for by halves, and the others are written', async t => {
  const { fake, writer } = await open(t)
  const bad = [3, 4, 61]
  fake.always = points => {
    const found = valuesIn(points).filter(v => bad.includes(v))
    return found.length === 0
      ? { status: 204 }
      : { status: 400, body: { message: `unable to parse ${found}` } }
  }
  await write(writer, 100)
  const rejects = await writer.flush()
  assert.deepEqual(
    rejects.map(({ time, message }) => [time, message]),
    bad.map(v => [v, `InfluxDB refuses the point: unable to parse ${v}`]),
  )
  const taken = new Set(
    fake.written.filter(points => !valuesIn(points).some(v => bad.includes(v))).flatMap(valuesIn),
  )
  assert.equal(taken.size, 97)
})

test('the lines that version 3 names are taken at its word', async t => {
  const { fake, writer } = await open(t)
  const named = (...numbers: number[]) => ({
    error: 'partial write of line protocol occurred',
    data: numbers.map(number => ({
      line_number: number,
      original_line: line(number - 1).slice(0, 12),
      error_message: `conflict ${number}`,
    })),
  })
  fake.script.push({ status: 400, body: named(2, 5) }, { status: 201, body: named(1) })
  for (const expected of [[1, 4], [0]]) {
    await write(writer, 6)
    const rejects = await writer.flush()
    assert.deepEqual(
      rejects.map(({ time, message }) => [time, message]),
      expected.map(v => [v, `InfluxDB refuses the point: conflict ${v + 1}`]),
    )
  }
  assert.equal(fake.written.length, 2)
  // Where the lines are not ours, its numbers say nothing.
  fake.script.push({ status: 400, body: { data: [{ line_number: 1, original_line: 'other v=1' }] } })
  await write(writer, 6)
  assert.deepEqual(await writer.flush(), [])
  assert.equal(fake.written.length, 5)
})

test('points of many series come in one request if they fit, and side by side where there were too many', async t => {
  const { fake, writer } = await open(t)
  const writeEach = async (count: number) => {
    const numbers = Array.from({ length: count }, (_, v) => v)
    await writer.write(
      storeRows(
        rows.schema,
        numbers.map(v => ({ host: `h${v}`, v })),
        numbers,
      ),
    )
    assert.deepEqual(await writer.flush(), [])
    return fake.written.splice(0).map(valuesIn)
  }
  const all = (count: number) => Array.from({ length: count }, (_, v) => v)
  assert.deepEqual(await writeEach(100), [all(100)])
  const oneByOne = await writeEach(400)
  assert.deepEqual(oneByOne.flat(), all(400))
  const sideBySide = await writeEach(400)
  assert.notDeepEqual(sideBySide.flat(), all(400))
  assert.deepEqual(new Set(sideBySide.flat()), new Set(all(400)))
})

test('what a turn writes is sent when the turn is over, and no flush is waited for', async t => {
  const { fake, writer } = await open(t)
  await Promise.all([write(writer, 2), write(writer, 1, 2)])
  await until(() => fake.written.length > 0)
  assert.deepEqual(fake.written, [line(0) + line(1) + line(2)])
  await writer.flush()
  assert.equal(fake.written.length, 1)
})

test('requests are bounded in points and number, and the writer says when it is too much', async t => {
  setLimits({ influxPoints: 10 })
  const { fake, writer } = await open(t)
  fake.script.push({ status: 503 })
  const hosts = Array.from({ length: 400 }, (_, v) => ({ host: `h${v % 50}`, v }))
  const crowded = writer.write(
    storeRows(
      rows.schema,
      hosts,
      hosts.map(({ v }) => v),
    ),
  )
  assert.ok(crowded instanceof Promise)
  await crowded
  assert.deepEqual(await writer.flush(), [])
  assert.ok(fake.mostAtOnce <= 4)
  for (const points of fake.written) assert.ok(valuesIn(points).length <= 10)
  assert.equal(new Set(fake.written.flatMap(valuesIn)).size, 400)
})

test('small requests go as they are, others compressed unless that is switched off', async t => {
  for (const gzip of [true, false]) {
    const { fake, writer } = await open(t, { gzip })
    for (const count of [1, 100]) {
      await write(writer, count)
      await writer.flush()
    }
    assert.deepEqual(fake.encodings, [undefined, gzip ? 'gzip' : undefined])
    assert.deepEqual(
      fake.written.map(points => valuesIn(points).length),
      [1, 100],
    )
    assert.ok(fake.authorizations.every(sent => sent === 'Token secret'))
  }
})

test('over TLS, with an authority of its own', async t => {
  const authority = new CertificateAuthority('ours')
  const fake = await FakeInflux.start(t, authority.issue('server'))
  const options = { url: fake.url, token: 'secret', org: 'o', bucket: 'b' }
  const trusting = new InfluxSeries({ ...options, tls: { ca: authority.cert } }, () => {})
  t.after(() => trusting.close())
  const writer = await trusting.openWriter(seriesSpec(rows), rows.schema, place)
  await write(writer, 1)
  assert.deepEqual(await writer.flush(), [])
  const doubting = new InfluxSeries(options, () => {})
  t.after(() => doubting.close())
  const open = () => doubting.openWriter(seriesSpec(rows), rows.schema, place)
  await failsWith(open, 'HR_STORE_AUTH', /certificate is not trusted/)
})

test('what was not flushed is not sent any more once the writer is closed', async t => {
  const { fake, writer } = await open(t)
  fake.always = () => ({ status: 503 })
  await write(writer, 150)
  writer.close()
  await assert.rejects(writer.flush(), { name: 'AbortError' })
  const before = fake.written.length
  fake.always = () => ({ status: 204 })
  await write((await open(t)).writer, 1)
  assert.equal(fake.written.length, before)
})

test('what cannot be right is said before anything is sent', async t => {
  const wrong: [Partial<InfluxOptions>, RegExp][] = [
    [{ url: 'nowhere' }, /influx.url: it is not an address/],
    [{ url: 'ftp://host' }, /influx.url: it does not begin with/],
    [{ url: 'http://me:secret@host' }, /influx.url: name and password/],
    [{ username: 'me', password: 'secret' }, /influx.token and username/],
    [{ token: undefined, username: 'me' }, /influx.username and password/],
    [{ org: '' }, /influx.org/],
    [{ bucket: '' }, /influx.bucket/],
    [{ precision: 's' as never }, /influx.precision is s: ms or ns/],
    [{ createBucket: { retentionMs: 1000 } }, /influx.createBucket.retentionMs is 1000/],
  ]
  for (const [options, pattern] of wrong) {
    await failsWith(() => open(t, options), 'HR_CONFIG_INVALID', pattern)
  }
  const store = new InfluxSeries(
    { url: 'http://127.0.0.1:1', token: 'secret', org: 'o', bucket: 'b' },
    () => {},
  )
  for (const name of ['time', '_field', 'a\\', 'a\nb', '']) {
    const Named = record('Named', { [name]: int() })
    const of = series('named', Named) as Series
    await failsWith(
      () => store.openWriter(seriesSpec(of), Named, place),
      'HR_CONFIG_INVALID',
      /"named": InfluxDB/,
    )
  }
})
