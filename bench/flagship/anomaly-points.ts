import { setTimeout as delay } from 'node:timers/promises'
import type { InfluxOptions } from '../../connectors/influx/config.ts'
import { InfluxSeries } from '../../connectors/influx/series.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import type { SeriesPoint } from '../../engine/stores/series-store.ts'
import { anomalyPoints } from '../../jobs/clickstream/stores.ts'
import { now } from '../kafka/meter.ts'
import type { Closing } from './window-ends.ts'
import { closableAt, latenessMs, partitionOfUser, WINDOW_MS } from './window-ends.ts'

const LOOK_MS = 20
/** So long after windows can be closed it is asked for their points, and not all the time: queries cost the server much. */
const ASKING_MS = 4000

interface Seen {
  readonly user: number
  readonly windowEnd: number
  readonly at: number
}

/** Asks for the points of strange windows as they come, and notes when. */
export class AnomalyPoints {
  private readonly store: InfluxSeries
  private readonly stop = new AbortController()
  private readonly asking: Promise<void>
  private readonly seen = new Map<string, Seen>()

  constructor(influx: InfluxOptions) {
    this.store = new InfluxSeries(influx, console.error)
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
    await this.store.close()
  }

  private async ask(): Promise<void> {
    for (; !this.stop.signal.aborted; await delay(LOOK_MS)) {
      const reached = Date.now() - latenessMs
      const windowEnd = reached - (reached % WINDOW_MS)
      if (reached - windowEnd > ASKING_MS) continue
      const points = await this.points(windowEnd)
      const at = now()
      for (const { tags, time } of points) {
        const key = `${tags.user} ${time}`
        if (!this.seen.has(key)) this.seen.set(key, { user: Number(tags.user), windowEnd: time, at })
      }
    }
  }

  private async points(from: number): Promise<readonly SeriesPoint[]> {
    try {
      return (await this.store.query({ series: anomalyPoints.name, from })).points
    } catch (error) {
      if (isHeadraceError(error, 'HR_SERIES_UNKNOWN')) return []
      throw error
    }
  }
}
