import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Figures } from './figures.ts'
import { ScoreMetrics } from './score-metrics.ts'

const ofInput = {
  read: 'Records that were read.',
  passed: 'Records that were decoded and given to the steps.',
  rejected: 'Records that could not be decoded or dated.',
} as const

const ofStep = {
  in: 'Rows that a step or sink has taken.',
  out: 'Rows that it has given on or written.',
  late: 'Rows that came too late for it.',
  rejected: 'Rows that it has rejected.',
} as const

const ofLookups = {
  asked: 'Entities that a step has asked its store for.',
  remembered: 'Entities that its cache knew.',
  failed: 'Requests of a step to its store that gave no answer.',
  seconds: 'Time that the store took for its answers.',
} as const

type Totals = Readonly<Record<string, Readonly<Record<string, number>>>>

/** The figures of one process's part of a job, and of the process itself, as Prometheus reads them. */
export class PrometheusFigures {
  readonly contentType: string
  private readonly registry = new Registry()
  private readonly figures: () => Figures
  private readonly inputs: readonly LabelledTotals[]
  private readonly steps: readonly LabelledTotals[]
  private readonly lookups: readonly LabelledTotals[]
  private readonly scores: ScoreMetrics
  private readonly commits: Counter
  private readonly lag: Gauge
  private readonly watermarkDelay: Gauge
  private readonly newest: Gauge
  private readonly checkpointAge: Gauge

  constructor(job: string, figures: () => Figures) {
    const registers = [this.registry]
    this.figures = figures
    this.contentType = this.registry.contentType
    // Not `job`: that is what Prometheus itself calls a group of targets.
    this.registry.setDefaultLabels({ headrace_job: job })
    collectDefaultMetrics({ register: this.registry })
    this.inputs = totalsOf('input', 'input', ofInput, registers)
    this.steps = totalsOf('step', 'step', ofStep, registers)
    this.lookups = totalsOf('lookup', 'step', ofLookups, registers)
    this.scores = new ScoreMetrics(registers)
    this.commits = new Counter({
      name: 'headrace_commits_total',
      help: 'Commits of this process.',
      registers,
    })
    this.lag = new Gauge({
      name: 'headrace_lag_records',
      help: 'Records that are there and not yet read.',
      registers,
    })
    this.watermarkDelay = new Gauge({
      name: 'headrace_watermark_delay_seconds',
      help: 'How far the event time that was reached is behind the time of day; none before the first record.',
      registers,
    })
    this.newest = new Gauge({
      name: 'headrace_view_newest_seconds',
      help: 'Newest event time that this process has given to a feature view, in seconds since 1970.',
      labelNames: ['view'],
      registers,
    })
    this.checkpointAge = new Gauge({
      name: 'headrace_checkpoint_age_seconds',
      help: 'Time since the last commit.',
      registers,
    })
  }

  async text(): Promise<string> {
    const { inputs, steps, lookups, newest, scores, commits, lag, watermarkDelayMs, checkpointAgeMs } =
      this.figures()
    for (const totals of this.inputs) totals.set(inputs as object as Totals)
    for (const totals of this.steps) totals.set(steps as object as Totals)
    for (const totals of this.lookups) totals.set(lookups as object as Totals)
    this.scores.set(scores)
    this.newest.reset()
    for (const [view, time] of Object.entries(newest)) this.newest.set({ view }, time / 1000)
    setTo(this.commits, commits)
    this.lag.set(lag)
    this.checkpointAge.set(checkpointAgeMs / 1000)
    if (watermarkDelayMs === null) this.watermarkDelay.remove()
    else this.watermarkDelay.set(watermarkDelayMs / 1000)
    return this.registry.metrics()
  }
}

interface LabelledTotals {
  set(totals: Totals): void
}

function totalsOf(
  what: 'input' | 'step' | 'lookup',
  label: 'input' | 'step',
  helps: Readonly<Record<string, string>>,
  registers: Registry[],
): LabelledTotals[] {
  return Object.entries(helps).map(([count, help]) => {
    const name = `headrace_${what}_${count}_total`
    const counter = new Counter({ name, help, labelNames: [label], registers })
    return {
      set: totals => {
        counter.reset()
        for (const [id, counts] of Object.entries(totals)) counter.inc({ [label]: id }, counts[count])
      },
    }
  })
}

/** What we have counted ourselves. */
function setTo(counter: Counter, total: number): void {
  counter.reset()
  counter.inc(total)
}
