import type { JobRun } from '../engine/run.ts'

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
  readonly checkpointAgeMs: number
  readonly commits: number
}

export interface InputSummary {
  read: number
  passed: number
  rejected: number
}

export interface StepSummary {
  in: number
  out: number
  late: number
  rejected: number
}

/** What a run has done by its end, by input and step. */
export interface Summary {
  readonly inputs: Readonly<Record<string, InputSummary>>
  readonly steps: Readonly<Record<string, StepSummary>>
  readonly commits: number
  readonly seconds: number
}

/** A rate over less than this jumps about. */
const rateMs = 2000

type Counts = Pick<Summary, 'inputs' | 'steps'>

/** Watches one run from its opening on: what earlier runs of the job have counted is left out. */
export class RunMeter {
  private readonly run: JobRun
  private readonly before: Counts
  private readonly openedAt = performance.now()
  /** What was read by when, as far back as the rate goes. */
  private readonly samples = [{ at: this.openedAt, read: 0 }]

  constructor(run: JobRun) {
    this.run = run
    this.before = countsOf(run)
  }

  /** The rate is that of the last two seconds or so. */
  status(now: number = Date.now()): Status {
    const { run } = this
    const { inputs, steps } = this.summary()
    const read = sum(inputs, 'read')
    const at = performance.now()
    const rowsPerSecond = this.rate(at, read)
    const reached = run.tasks.map(task => task.clock.watermark).filter(Number.isFinite)
    const watermark = reached.length === 0 ? null : Math.min(...reached)
    return {
      seconds: rounded((at - this.openedAt) / 1000),
      rowsPerSecond,
      read,
      passed: sum(inputs, 'passed'),
      rejected: sum(inputs, 'rejected') + sum(steps, 'rejected'),
      late: sum(steps, 'late'),
      lag: lagOf(run),
      watermark: watermark === null ? null : timeText(watermark),
      watermarkDelayMs: watermark === null ? null : now - watermark,
      checkpointAgeMs: now - run.committedAt,
      commits: run.commits,
    }
  }

  summary(): Summary {
    const { inputs, steps } = countsOf(this.run)
    const seconds = rounded((performance.now() - this.openedAt) / 1000)
    return {
      inputs: less(inputs, this.before.inputs),
      steps: less(steps, this.before.steps),
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

/** Records that the run's sources hold and that no task has read yet. */
export function lagOf({ tasks }: JobRun): number {
  let lag = 0
  for (const { inputs } of tasks) {
    for (const { feed } of inputs) lag += Math.max(0, feed.source.endOffset() - feed.position)
  }
  return lag
}

function countsOf({ tasks }: JobRun): Counts {
  const inputs: Record<string, InputSummary> = {}
  const steps: Record<string, StepSummary> = {}
  for (const task of tasks) {
    for (const { id, counters } of task.inputs) {
      const { read, passed, rejected } = counters
      inputs[id] = plus(inputs[id], { read, passed, rejected })
    }
    for (const { id, counters } of [...task.steps.map(step => step.context), ...task.sinks]) {
      const { in: taken, out, late, rejected } = counters
      steps[id] = plus(steps[id], { in: taken, out, late, rejected })
    }
  }
  return { inputs, steps }
}

function plus<C extends object>(one: C | undefined, other: C): C {
  return one === undefined ? other : combine(one, other, (a, b) => a + b)
}

function less<C extends object>(
  counts: Record<string, C>,
  before: Readonly<Record<string, C>>,
): Record<string, C> {
  return Object.fromEntries(
    Object.entries(counts).map(([id, some]) => {
      const old = before[id]
      return [id, old === undefined ? some : combine(some, old, (a, b) => a - b)]
    }),
  )
}

function combine<C extends object>(one: C, other: C, by: (a: number, b: number) => number): C {
  const old = other as Record<string, number>
  return Object.fromEntries(Object.entries(one).map(([name, value]) => [name, by(value, old[name])])) as C
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
