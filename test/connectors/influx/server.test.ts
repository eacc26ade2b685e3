import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { InfluxOptions } from '../../../connectors/influx/config.ts'
import { InfluxSeries } from '../../../connectors/influx/series.ts'
import type { ErrorCode } from '../../../engine/error-codes.ts'
import { isHeadraceError } from '../../../engine/errors.ts'
import type { Series } from '../../../engine/index.ts'
import { int, record, series, string } from '../../../engine/index.ts'
import { limits, setLimits } from '../../../engine/limits.ts'
import { seriesSpec } from '../../../engine/stores/series.ts'
import type { StoreWriter } from '../../../engine/stores/stores.ts'
import { storedValues } from '../../support/influx-client.ts'
import { influxServer, newBucket } from '../../support/services/influx.ts'
import { until } from '../../support/services/until.ts'
import { storeRows } from '../../support/store-rows.ts'

setLimits({ influxPoints: 500, storePauseMs: 100, storeOpenMs: 500 })
const place = { job: 'test', step: 'points' }
const Row = record('Row', { host: string(), v: int() })
const rows = series('rows', Row, { tags: ['host'] }) as Series

function open(t: Pick<TestContext, 'after'>, options: InfluxOptions, notices: string[] = []): InfluxSeries {
  const store = new InfluxSeries(options, message => notices.push(message))
  t.after(() => store.close())
  return store
}

const writerOf = (store: InfluxSeries) => store.openWriter(seriesSpec(rows), rows.schema, place)

async function write(writer: StoreWriter, from: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, row) => from + row)
  await writer.write(
    storeRows(
      Row,
      numbers.map(v => ({ host: `h${v % 7}`, v })),
      numbers,
    ),
  )
}

async function failsWith(action: () => Promise<unknown>, code: ErrorCode, pattern: RegExp): Promise<void> {
  await assert.rejects(action, error => {
    assert.ok(isHeadraceError(error, code), String(error))
    assert.match(error.message, pattern)
    return true
  })
}

test('a server that is killed, away and back, or stands still costs time and nothing else', async t => {
  const server = await influxServer(t)
  const bucket = await newBucket(server)
  const notices: string[] = []
  const writer = await writerOf(open(t, bucket, notices))
  const before = limits.storeRequestMs
  setLimits({ storeRequestMs: 500 })
  t.after(() => setLimits({ storeRequestMs: before }))
  await write(writer, 0, 5000)
  const killed = server.kill()
  const flushed = write(writer, 5000, 5000).then(() => writer.flush())
  await killed
  await until('notice', () => notices.some(text => /is tried again/.test(text)))
  await server.start()
  assert.deepEqual(await flushed, [])

  server.pause()
  const late = write(writer, 10_000, 2000).then(() => writer.flush())
  await until('notice of silence', () => notices.some(text => /no answer within 500 ms/.test(text)))
  server.resume()
  assert.deepEqual(await late, [])
  assert.match(notices.at(-1) ?? '', /works again/)
  const values = await storedValues(bucket, 'rows')
  assert.deepEqual(
    values.map(({ time, tags, value }) => [Date.parse(time), tags.host, Number(value)]),
    Array.from({ length: 12_000 }, (_, v) => [v, `h${v % 7}`, v]),
  )
})

test('who may not write, or where there is no bucket, learns it at the start', async t => {
  const server = await influxServer(t)
  const bucket = await newBucket(server, 'mine')
  const { url, org, username, password } = server
  await failsWith(
    () => writerOf(open(t, { ...bucket, token: 'wrong' })),
    'HR_STORE_AUTH',
    /opening bucket "mine-.* 401/,
  )
  await failsWith(
    () => writerOf(open(t, { ...bucket, bucket: 'none' })),
    'HR_BUCKET_MISSING',
    /bucket \\?"none\\?" not found/,
  )
  await failsWith(
    () => writerOf(open(t, { ...bucket, org: 'other' })),
    'HR_BUCKET_MISSING',
    /organization "other"/,
  )
  const signedIn = { url, org, bucket: bucket.bucket, username, password }
  await failsWith(
    () => writerOf(open(t, { ...signedIn, password: 'wrong' })),
    'HR_STORE_AUTH',
    /does not let headrace in with this password/,
  )
  const store = open(t, signedIn)
  const writer = await writerOf(store)
  await write(writer, 0, 10)
  // Sessions end with the server; it lets us in again.
  await server.kill()
  await server.start()
  await write(writer, 10, 10)
  assert.deepEqual(await writer.flush(), [])
  assert.equal((await store.query({ series: 'rows' })).points.length, 20)
  await server.stop()
  await failsWith(
    () => writerOf(open(t, bucket)),
    'HR_STORE_UNREACHABLE',
    /has not worked for 500 ms: .*ECONNREFUSED/,
  )
})

test('a bucket is made where that is wanted, and points older than it keeps come back', async t => {
  const server = await influxServer(t)
  const { url, org, token } = server
  const options = { url, org, token, bucket: 'made', createBucket: { retentionMs: 3_600_000 } }
  const [first, second] = [open(t, options), open(t, options)]
  const [writer] = await Promise.all([writerOf(first), writerOf(second)])
  const now = Date.now()
  const times = [now, now - 86_400_000, now - 1000]
  await writer.write(
    storeRows(
      Row,
      times.map((_, v) => ({ host: 'h', v })),
      times,
    ),
  )
  const rejects = await writer.flush()
  assert.deepEqual(
    rejects.map(({ code, time }) => [code, time]),
    [['HR_POINT_REFUSED', times[1]]],
  )
  assert.match(rejects[0].message, /retention/)
  const { points } = await first.query({ series: 'rows' })
  assert.deepEqual(
    points.map(({ time, values }) => [time, values.v]),
    [
      [times[2], 2],
      [times[0], 0],
    ],
  )
})
