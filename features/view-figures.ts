import type { FeatureReading } from './reading.ts'
import { hasValue } from './reading.ts'
import type { RowOrigins } from './store-reads.ts'

/** Upper bounds in milliseconds, from a tenth of a second to a week; what is older comes behind them. */
export const ageBoundsMs = [
  100, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000,
  604_800_000,
] as const

/** What was served of one version of a view. */
export class ViewFigures {
  readonly view: string
  readonly version: string
  readonly states = { ok: 0, stale: 0, expired: 0, missing: 0 }
  readonly origins = { store: 0, cache: 0, 'under way': 0 }
  /** Values by the bound that their age is below. */
  readonly ages = new Float64Array(ageBoundsMs.length + 1)
  ageSumMs = 0
  /** Event time of the newest value. */
  newest = Number.NEGATIVE_INFINITY

  constructor(view: string, version: number) {
    this.view = view
    this.version = String(version)
  }

  get labels(): { readonly view: string; readonly version: string } {
    return { view: this.view, version: this.version }
  }

  read({ remembered, shared, asked }: RowOrigins): void {
    this.origins.store += asked
    this.origins.cache += remembered
    this.origins['under way'] += shared
  }

  served(rows: readonly (readonly FeatureReading[])[]): void {
    for (const row of rows) {
      for (const reading of row) {
        this.states[reading.state]++
        if (hasValue(reading)) this.serve(reading.time, reading.ageMs)
      }
    }
  }

  private serve(time: number, ageMs: number): void {
    let bound = 0
    while (bound < ageBoundsMs.length && ageMs > ageBoundsMs[bound]) bound++
    this.ages[bound]++
    this.ageSumMs += ageMs
    if (time > this.newest) this.newest = time
  }
}
