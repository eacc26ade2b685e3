import type { StoredFeature } from '../engine/stores/feature-store.ts'
import type { ViewDefinition } from '../engine/stores/view-definition.ts'
import { fieldsAsked } from '../engine/stores/view-definition.ts'
import type { OnDemand } from './on-demand.ts'
import { checkRequest, computed } from './on-demand.ts'
import type { FeatureReading } from './reading.ts'
import { readingOf } from './reading.ts'

export type RequestValues = Readonly<Record<string, unknown>>

/** A feature of the answer: one of the stored ones by its number, or a function of some of them. */
type Output = number | { readonly feature: OnDemand; readonly needs: readonly number[] }

/** What is asked of the store for a reader's fields, and how its answer becomes theirs. */
export class ReadPlan {
  /** The names of what the reader gets. */
  readonly names: readonly string[]
  /** The fields that the store is asked for. */
  readonly stored: readonly string[]
  private readonly ttlMs: number | null
  private readonly outputs: readonly Output[]

  constructor(view: ViewDefinition, fields: readonly (string | OnDemand)[]) {
    const stored = [...new Set(fields.flatMap(field => (typeof field === 'string' ? [field] : field.needs)))]
    const numberOf = (name: string) => stored.indexOf(name)
    this.ttlMs = view.ttlMs
    this.names = fields.map(field => (typeof field === 'string' ? field : field.name))
    this.outputs = fields.map(field =>
      typeof field === 'string' ? numberOf(field) : { feature: field, needs: field.needs.map(numberOf) },
    )
    this.stored = fieldsAsked(view, stored)
  }

  /** Throws where a request lacks what a feature is computed of. */
  check(request: RequestValues | undefined): void {
    for (const output of this.outputs) if (typeof output === 'object') checkRequest(output.feature, request)
  }

  /** What was stored for an entity, as it is now. */
  readings(stored: readonly StoredFeature[], now: number, maxAgeMs: number): FeatureReading[] {
    return stored.map(one => readingOf(one, now, this.ttlMs, maxAgeMs))
  }

  /** What the reader gets of that, in the order of the names. */
  row(readings: readonly FeatureReading[], request: RequestValues, now: number): FeatureReading[] {
    return this.outputs.map(output => {
      if (typeof output === 'number') return readings[output]
      const needed = output.needs.map(index => readings[index])
      return computed(output.feature, needed, request, now)
    })
  }
}
