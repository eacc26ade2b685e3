import { setTimeout as delay } from 'node:timers/promises'
import { flux, fluxDateTime, InfluxDB } from '@influxdata/influxdb-client'
import { anomalyPoints } from '../../jobs/clickstream/stores.ts'
import type { InfluxAddress } from '../../test/support/services/influx.ts'
import { now } from '../kafka/meter.ts'
import type { Closing } from './window-ends.ts'
import { closableAt, latenessMs, partitionOfUser, WINDOW_MS } from './window-ends.ts'

export type Bucket = InfluxAddress & { readonly bucket: string }

const LOOK_MS = 20
/** It is not asked all the time, as queries cost the server much: so long at most after windows can be closed. */
const ASKING_MS = 4000
/** Of all partitions, when none has come for so long. */
const COMPLETE_MS = 500

interface Seen {
  readonly user: number
  readonly windowEnd: number
  readonly at: number
}

/** Asks for the points of strange windows as they come, and notes when. */
export class AnomalyPoints {
  private readonly bucket: Bucket
  private readonly db: InfluxDB
  private readonly stop = new AbortController()
  private readonly asking: Promise<void>
  private readonly seen = new Map<string, Seen>()
  private last: Seen = { user: 0, windowEnd: 0, at: 0 }

  constructor(bucket: Bucket) {
    this.bucket = bucket
    this.db = new InfluxDB({ url: bucket.url, token: bucket.token })
    this.asking = this.ask()
    this.asking.catch(() => {})
  }

  /** From when a window could be closed to its point's being visible; only windows that could from then on. */
  latencies(closings: readonly Closing[], since: number): Float64Array {
    const took: number[] = []
    for (const { user, windowEnd, at } of this.seen.values()) {
      const closable = closableAt(closings, partitionOfUser(user), windowEnd)
      if (closable >= since) took.push(at - closable)
    }
    return Float64Array.from(took)
  }

  async close(): Promise<void> {
    this.stop.abort()
    await this.asking
  }

  private async ask(): Promise<void> {
    for (; !this.stop.signal.aborted; await delay(LOOK_MS)) {
      const reached = Date.now() - latenessMs
      const windowEnd = reached - (reached % WINDOW_MS)
      const isComplete = this.last.windowEnd === windowEnd && now() - this.last.at > COMPLETE_MS
      if (isComplete || reached - windowEnd > ASKING_MS) continue
      const users = await this.users(windowEnd)
      const at = now()
      for (const user of users) {
        const key = `${user} ${windowEnd}`
        if (this.seen.has(key)) continue
        this.last = { user, windowEnd, at }
        this.seen.set(key, this.last)
      }
    }
  }

  /** Whose windows of that end are there: no more is asked for than that, of one field. */
  private async users(windowEnd: number): Promise<number[]> {
    const at = (ms: number) => fluxDateTime(new Date(ms).toISOString())
    const query = flux`from(bucket: ${this.bucket.bucket})
      |> range(start: ${at(windowEnd)}, stop: ${at(windowEnd + 1)})
      |> filter(fn: (r) => r._measurement == ${anomalyPoints.name} and r._field == "score")
      |> group() |> keep(columns: ["user"])`
    const rows = await this.db.getQueryApi(this.bucket.org).collectRows<{ readonly user: string }>(query)
    return rows.map(({ user }) => Number(user))
  }
}
