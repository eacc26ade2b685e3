import type { Registry } from 'prom-client'
import { Counter, Gauge } from 'prom-client'
import type { ScorerFigures } from '../../engine/models/scorer-figures.ts'
import type { Figures } from './figures.ts'

const totals = {
  rows: 'Rows that a step has scored.',
  calls: 'Times that it was given rows to score.',
  seconds: 'Time that runs of its model took.',
  failures: 'Runs of its model that failed or took too long.',
  fallbacks: 'Rows that its fallback answered.',
  remembered: 'Rows whose answer its cache knew.',
  swaps: 'Times that another version of its model took over.',
  refused: 'Versions of its model that could not be loaded.',
} as const

const labels = ['step', 'model']

/** What steps score with models, as Prometheus reads it. */
export class ScoreMetrics {
  private readonly totals: readonly { readonly name: keyof typeof totals; readonly counter: Counter }[]
  private readonly gauges: Readonly<Record<string, Gauge>>

  constructor(registers: Registry[]) {
    const gauge = (name: string, help: string, labelNames: string[] = labels) =>
      new Gauge({ name: `headrace_${name}`, help, labelNames, registers })
    const names = Object.keys(totals) as (keyof typeof totals)[]
    this.totals = names.map(name => {
      const counter = new Counter({
        name: `headrace_score_${name}_total`,
        help: totals[name],
        labelNames: labels,
        registers,
      })
      return { name, counter }
    })
    const byOutput = [...labels, 'output']
    this.gauges = {
      version: gauge('score_version', 'The version that serves.'),
      open: gauge('score_breaker_open', '1 while only the fallback answers.'),
      shadowVersion: gauge('shadow_version', 'The version that scores beside it.'),
      shadowRows: gauge('shadow_rows', 'Rows whose answers were compared.'),
      shadowFailures: gauge('shadow_failures', 'Runs of that version that failed.'),
      mean: gauge('shadow_difference_mean', 'Mean difference of its answers.', byOutput),
      max: gauge('shadow_difference_max', 'Largest difference of its answers.', byOutput),
      beyond: gauge('shadow_beyond_ratio', 'Share of rows that differ by more than the tolerance.', byOutput),
    }
  }

  set(scores: Figures['scores']): void {
    for (const { counter } of this.totals) counter.reset()
    for (const gauge of Object.values(this.gauges)) gauge.reset()
    for (const [step, figures] of Object.entries(scores)) this.setStep(step, figures)
  }

  private setStep(step: string, figures: ScorerFigures): void {
    const { gauges } = this
    const { model, version, breaker, shadow } = figures
    const whose = { step, model }
    for (const { name, counter } of this.totals) counter.inc(whose, figures[name])
    gauges.version.set(whose, version)
    gauges.open.set(whose, breaker === 'open' ? 1 : 0)
    if (shadow === null) return
    gauges.shadowVersion.set(whose, shadow.version)
    gauges.shadowRows.set(whose, shadow.rows)
    gauges.shadowFailures.set(whose, shadow.failures)
    for (const [output, difference] of Object.entries(shadow.differences)) {
      gauges.mean.set({ ...whose, output }, difference.mean)
      gauges.max.set({ ...whose, output }, difference.max)
      gauges.beyond.set({ ...whose, output }, difference.beyond)
    }
  }
}
