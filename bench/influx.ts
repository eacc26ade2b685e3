import { performance } from 'node:perf_hooks'
import { flux, InfluxDB } from '@influxdata/influxdb-client'
import { InfluxSeries } from '../connectors/influx/series.ts'
import { BoolColumn, BytesColumn, IntColumn, NumberColumn } from '../engine/batch/columns.ts'
import { boolean, double, int, long, record, series, string } from '../engine/index.ts'
import { limits } from '../engine/limits.ts'
import type { Series } from '../engine/stores/series.ts'
import { seriesSpec } from '../engine/stores/series.ts'
import type { StoreRows } from '../engine/stores/stores.ts'
import { InfluxServer } from '../test/support/services/influx/server.ts'
import { newBucket } from '../test/support/services/influx.ts'
import { calibrate } from './calibration.ts'

const Stats = record('Stats', {
  user: string(),
  clicks: int(),
  items: long(),
  spend: double(),
  mean: double(),
  isNew: boolean(),
})
const stats = series('user-stats', Stats, { tags: ['user'] }) as Series
type Bucket = Awaited<ReturnType<typeof newBucket>>

const FIELDS = 5
const USERS = 10_000
const ROWS_A_BATCH = 8192
const BATCHES_A_COMMIT = 4
const WINDOW_MS = 10_000

export interface InfluxResult {
  readonly suite: 'influx'
  readonly way: 'sink' | 'bare'
  readonly gzip: boolean
  readonly points: number
  readonly fieldsPerSecond: number
  /** Of ours, for a field. */
  readonly cpuNs: number
  readonly calibration: number
  readonly ok: boolean
}

/** Results of windows of many users, as a job writes them, into a server of its own; and the server's own limit beside it. */
export async function runInflux(points: number, report: (result: InfluxResult) => void): Promise<void> {
  const server = await InfluxServer.start()
  for (const gzip of [true, false]) {
    const bucket = await newBucket(server)
    const store = new InfluxSeries({ ...bucket, gzip }, console.error)
    const writer = await store.openWriter(seriesSpec(stats), Stats, { job: 'bench', step: 'points' })
    const write = async () => {
      let rejects = 0
      for (let from = 0, batch = 1; from < points; from += ROWS_A_BATCH, batch++) {
        await writer.write(statsRows(from, Math.min(ROWS_A_BATCH, points - from)))
        if (batch % BATCHES_A_COMMIT === 0) rejects += (await writer.flush()).length
      }
      return rejects + (await writer.flush()).length === 0
    }
    const result = await measured('sink', gzip, points, write)
    report({ ...result, ok: result.ok && (await stored(bucket)) === points })
    await store.close()
  }
  report(await bare(server, points))
  await server.kill()
}

async function measured(
  way: InfluxResult['way'],
  gzip: boolean,
  points: number,
  write: () => Promise<boolean>,
): Promise<InfluxResult> {
  const calibration = calibrate()
  const [begun, before] = [performance.now(), process.cpuUsage()]
  const ok = await write()
  const [seconds, { user, system }] = [(performance.now() - begun) / 1000, process.cpuUsage(before)]
  const fields = points * FIELDS
  const cpuNs = Math.round(((user + system) * 1000) / fields)
  return {
    suite: 'influx',
    way,
    gzip,
    points,
    fieldsPerSecond: Math.round(fields / seconds),
    cpuNs,
    calibration,
    ok,
  }
}

/** Lines that are there already, posted over as many connections: nothing can be faster. */
async function bare(server: InfluxServer, points: number): Promise<InfluxResult> {
  const { url, token, org, bucket } = await newBucket(server)
  const bodies: string[] = []
  for (let from = 0; from < points; from += limits.influxPoints) {
    bodies.push(lines(from, Math.min(limits.influxPoints, points - from)))
  }
  const address = `${url}/api/v2/write?${new URLSearchParams({ org, bucket, precision: 'ms' })}`
  const headers = { authorization: `Token ${token}` }
  const post = async () => {
    let ok = true
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      ok &&= (await fetch(address, { method: 'POST', headers, body })).status === 204
    }
    return ok
  }
  return measured('bare', false, points, async () => {
    const all = await Promise.all(Array.from({ length: limits.influxConnections }, post))
    return all.every(Boolean)
  })
}

/** As the server counts them. */
async function stored({ url, token, org, bucket }: Bucket): Promise<number> {
  const counted = flux`from(bucket: ${bucket}) |> range(start: 0) |> filter(fn: (r) => r._field == "mean")
    |> count() |> group() |> sum()`
  const db = new InfluxDB({ url, token, timeout: 60_000 })
  const [{ _value }] = await db.getQueryApi(org).collectRows<{ readonly _value: number }>(counted)
  return _value
}

const valuesOf = (row: number) => ({
  clicks: row % 97,
  items: row * 3,
  spend: (row % 10_007) / 100,
  mean: row / 7,
  isNew: row % 2 === 0,
})
const timeOf = (row: number) => 1_700_000_000_000 + Math.floor(row / USERS) * WINDOW_MS

function statsRows(from: number, rows: number): StoreRows {
  const column = <A extends { [index: number]: number }>(into: A, value: (row: number) => number): A => {
    for (let row = 0; row < rows; row++) into[row] = value(from + row)
    return into
  }
  return {
    rows,
    columns: [
      userColumn(from, rows),
      new IntColumn(column(new Int32Array(rows), row => valuesOf(row).clicks)),
      new NumberColumn(column(new Float64Array(rows), row => valuesOf(row).items)),
      new NumberColumn(column(new Float64Array(rows), row => valuesOf(row).spend)),
      new NumberColumn(column(new Float64Array(rows), row => valuesOf(row).mean)),
      new BoolColumn(column(new Uint8Array(rows), row => Number(valuesOf(row).isNew))),
    ],
    time: column(new Float64Array(rows), timeOf),
    position: column(new Float64Array(rows), row => row),
  }
}

const userName = (row: number) => `user-${row % USERS}`

function userColumn(from: number, rows: number): BytesColumn {
  const names = Array.from({ length: rows }, (_, row) => Buffer.from(userName(from + row)))
  const [start, end] = [new Int32Array(rows), new Int32Array(rows)]
  let at = 0
  names.forEach((name, row) => {
    start[row] = at
    at += name.length
    end[row] = at
  })
  return new BytesColumn(Uint8Array.from(Buffer.concat(names)), start, end)
}

function lines(from: number, rows: number): string {
  const all = Array.from({ length: rows }, (_, index) => {
    const { clicks, items, spend, mean, isNew } = valuesOf(from + index)
    const values = `clicks=${clicks}i,isNew=${isNew ? 'T' : 'F'},items=${items}i,mean=${mean},spend=${spend}`
    return `user-stats,user=${userName(from + index)} ${values} ${timeOf(from + index)}\n`
  })
  return all.join('')
}
