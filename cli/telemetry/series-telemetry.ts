import { messageOf } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { Clock } from '../../engine/time/clock.ts'
import { systemClock } from '../../engine/time/clock.ts'
import type { Figures } from './figures.ts'
import type { Moment, Origin } from './job-series.ts'
import { pointsOf } from './job-series.ts'
import type { SeriesTarget } from './series-point-writer.ts'
import { SeriesPointWriter } from './series-point-writer.ts'

export interface SeriesTelemetryOptions {
  readonly stores: SeriesTarget
  readonly figures: () => Figures
  readonly origin: Origin
  readonly everyMs: number
  /** Told when writing fails, and when it works again. */
  readonly note: (text: string) => void
  readonly clock?: Clock
}

/**
 * Writes figures of a running job to series, one moment after the other: while the store is away or slow, there are
 * fewer points. The job neither waits for it nor ends of it.
 */
export class SeriesTelemetry {
  private readonly options: SeriesTelemetryOptions
  private readonly clock: Clock
  private readonly ended = new AbortController()
  private readonly writing: Promise<void>
  private before: Moment
  private writer: SeriesPointWriter | undefined
  private isFailing = false
  private isOver = false

  constructor(options: SeriesTelemetryOptions) {
    this.options = options
    this.clock = options.clock ?? systemClock
    this.before = this.moment()
    this.writing = this.writeOn()
  }

  /** Writes the last moment, and gives up what takes longer than a job may be kept from ending. */
  async close(): Promise<void> {
    this.ended.abort()
    const done = new AbortController()
    const last = this.writing.then(() => this.writeMoment()).finally(() => done.abort())
    await Promise.race([last, this.clock.wait(limits.metricsLastMs, done.signal)])
    this.isOver = true
    this.writer?.close()
  }

  private async writeOn(): Promise<void> {
    const { signal } = this.ended
    while (!signal.aborted) {
      await this.clock.wait(this.options.everyMs, signal)
      if (!signal.aborted) await this.writeMoment()
    }
  }

  private async writeMoment(): Promise<void> {
    const { stores, origin, note } = this.options
    const now = this.moment()
    try {
      this.writer ??= new SeriesPointWriter(stores, origin.job)
      await this.writer.write(pointsOf(origin, now, this.before))
      if (this.isFailing) note('metrics are written to their series again')
      this.isFailing = false
    } catch (error) {
      if (this.isOver) return
      this.writer?.close()
      this.writer = undefined
      if (!this.isFailing) note(`metrics are not written to their series: ${messageOf(error)}`)
      this.isFailing = true
    }
    this.before = now
  }

  private moment(): Moment {
    return { figures: this.options.figures(), time: this.clock.now() }
  }
}
