import type { Counts, Running } from '../engine/progress.ts'
import { lessCounts } from '../engine/progress.ts'

/** How far a run has got, for the progress line and as one JSON object a second. */
export interface Status {
  readonly seconds: number
  readonly rowsPerSecond: number
  readonly read: number
  readonly passed: number
  readonly rejected: number
  readonly late: number
  /** Records that are there and not yet read. */
  readonly lag: number
  /** The least event time that a task with data has reached; null before the first record. */
  readonly watermark: string | null
  readonly watermarkDelayMs: number | null
  /** Since the last commit, or since the run was opened. */
  readonly checkpointAgeMs: number
  readonly commits: number
}

/** What a run has done by its end, by input and step. */
export interface Summary extends Counts {
  readonly commits: number
  readonly seconds: number
}

/** A rate over less than this jumps about. */
const rateMs = 2000

/** Watches one run from its opening on: what earlier runs of the job have counted is left out. */
export class RunMeter {
  private readonly run: Running
  private readonly before: Counts
  private readonly openedAt = performance.now()
  /** The same as time of day. */
  private readonly openedTime = Date.now()
  /** What was read by when, as far back as the rate goes. */
  private readonly samples = [{ at: this.openedAt, read: 0 }]

  constructor(run: Running) {
    this.run = run
    this.before = run.counts()
  }

  /** The rate is that of the last two seconds or so. */
  status(now: number = Date.now()): Status {
    const { run } = this
    const { inputs, steps } = this.summary()
    const read = sum(inputs, 'read')
    const at = performance.now()
    const rowsPerSecond = this.rate(at, read)
    const watermark = run.watermark()
    return {
      seconds: rounded((at - this.openedAt) / 1000),
      rowsPerSecond,
      read,
      passed: sum(inputs, 'passed'),
      rejected: sum(inputs, 'rejected') + sum(steps, 'rejected'),
      late: sum(steps, 'late'),
      lag: run.lag(),
      watermark: watermark === null ? null : timeText(watermark),
      watermarkDelayMs: watermark === null ? null : now - watermark,
      checkpointAgeMs: now - Math.max(run.committedAt, this.openedTime),
      commits: run.commits,
    }
  }

  summary(): Summary {
    const { inputs, steps, lookups, newest, scores } = lessCounts(this.run.counts(), this.before)
    const seconds = rounded((performance.now() - this.openedAt) / 1000)
    return {
      inputs,
      steps,
      lookups,
      newest,
      scores,
      commits: this.run.commits,
      seconds,
    }
  }

  private rate(at: number, read: number): number {
    const { samples } = this
    while (samples.length > 1 && at - samples[0].at > rateMs) samples.shift()
    samples.push({ at, read })
    const [oldest] = samples
    return Math.round(((read - oldest.read) * 1000) / Math.max(1, at - oldest.at))
  }
}

function sum<C>(counts: Readonly<Record<string, C>>, name: keyof C): number {
  return Object.values(counts).reduce((total, some) => total + Number(some[name]), 0)
}

/** A time as ISO text; beyond the years that a date can hold, the number. */
export function timeText(time: number): string {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time)
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
