import type { IncomingMessage, ServerResponse } from 'node:http'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { flux, InfluxDB } from '@influxdata/influxdb-client'
import { anomalyPoints } from '../../jobs/clickstream/stores.ts'
import type { InfluxAddress } from '../../test/support/services/influx.ts'
import { now } from '../kafka/meter.ts'
import type { Closing } from './window-ends.ts'
import { closableAt, partitionOfUser } from './window-ends.ts'

export type Bucket = InfluxAddress & { readonly bucket: string }

interface Written {
  readonly points: Buffer
  readonly sent: number
  /** When the server had acknowledged them: whoever asks sees them from then on. */
  readonly at: number
}

/** Stands between the engine and InfluxDB, and notes when points of strange windows are acknowledged. */
export class AnomalyPoints {
  private readonly bucket: Bucket
  private readonly server: http.Server
  private readonly agent = new http.Agent({ keepAlive: true })
  private readonly written: Written[] = []

  static async open(bucket: Bucket): Promise<AnomalyPoints> {
    const points = new AnomalyPoints(bucket)
    await new Promise<void>(resolve => points.server.listen(0, '127.0.0.1', resolve))
    return points
  }

  private constructor(bucket: Bucket) {
    this.bucket = bucket
    this.server = http.createServer((request, response) => {
      this.pass(request, response).catch(error => response.destroy(error))
    })
  }

  /** Where the engine is to write. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** From when a window could be closed to its point's being there; only windows that could from then on. */
  latencies(closings: readonly Closing[], since: number): Float64Array {
    const took: number[] = []
    for (const [window, at] of this.firstTimes()) {
      const [user, windowEnd] = window.split(' ').map(Number)
      const closable = closableAt(closings, partitionOfUser(user), windowEnd)
      if (closable >= since) took.push(at - closable)
    }
    return Float64Array.from(took)
  }

  /** What of that the server took for itself, request by request. */
  serverTimes(since: number): Float64Array {
    const measured = this.written.filter(({ sent }) => sent >= since)
    return Float64Array.from(measured, ({ sent, at }) => at - sent)
  }

  /** Whether the server has as many windows as it has acknowledged. */
  async areThere(): Promise<boolean> {
    const { url, token, org, bucket } = this.bucket
    const query = flux`from(bucket: ${bucket}) |> range(start: 0)
      |> filter(fn: (r) => r._measurement == ${anomalyPoints.name} and r._field == "score")
      |> group() |> keep(columns: ["user", "_time"])`
    const api = new InfluxDB({ url, token }).getQueryApi(org)
    const rows = await api.collectRows<{ readonly user: string; readonly _time: string }>(query)
    const windows = new Set(rows.map(row => `${row.user} ${row._time}`))
    return windows.size === this.firstTimes().size
  }

  close(): void {
    this.server.close()
    this.server.closeAllConnections()
    this.agent.destroy()
  }

  /** By user and end of the window. */
  private firstTimes(): Map<string, number> {
    const line = new RegExp(`^${anomalyPoints.name},.*\\buser=(\\d+) .* (\\d+)$`, 'gm')
    const found = new Map<string, number>()
    for (const { points, at } of this.written) {
      for (const [, user, windowEnd] of points.toString().matchAll(line)) {
        const window = `${user} ${windowEnd}`
        if (!found.has(window)) found.set(window, at)
      }
    }
    return found
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    const { method, headers, url = '/' } = request
    const target = new URL(url, this.bucket.url)
    const sent = now()
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const { agent } = this
      http
        .request(target, { method, headers: { ...headers, host: target.host }, agent }, resolve)
        .on('error', reject)
        .end(body)
    })
    const at = now()
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
    if (target.pathname !== '/api/v2/write' || answer.statusCode !== 204) return
    const points = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    if (points.includes(`${anomalyPoints.name},`)) this.written.push({ points, sent, at })
  }
}
