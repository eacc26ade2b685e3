import type { Schema } from '../batch/schema.ts'
import type { FeatureViewSpec } from './feature-view.ts'
import type { FeatureLookup, StoreWriter, WriterPlace } from './stores.ts'
import type { ViewDefinition } from './view-definition.ts'

export type Entity = string | number | bigint

/**
 * Feature views in one system. Every view that is written to is defined there, and of each view one version is
 * promoted: the one that is read unless a version is named. The first version is promoted when it is defined.
 */
export interface FeatureStore {
  /** Defines the version of the view. One that is there in another shape is an error, `HR_VIEW_CHANGED`. */
  define(view: ViewDefinition, place?: WriterPlace): Promise<void>
  /** Defines the view, and opens it for one sink's rows. */
  openWriter(view: FeatureViewSpec, schema: Schema, place: WriterPlace): Promise<StoreWriter>
  /** Opens a view to read from, for look-ups in the stream. */
  openLookup(view: FeatureViewSpec, fields: readonly string[]): Promise<FeatureLookup>
  /** A version, the promoted one unless it is named. What is not there is an error, `HR_VIEW_UNKNOWN`. */
  definition(view: string, version?: number): Promise<ViewDefinition>
  /** The values of many entities in one round trip. A view, version or field that is not there: `HR_VIEW_UNKNOWN`. */
  get(request: FeatureRequest): Promise<FeatureAnswer>
  /** All views in the order of their names. */
  list(): Promise<readonly ViewListing[]>
  promote(view: string, version: number): Promise<void>
  /** Deletes a version with its values. The promoted one goes last: `HR_VIEW_PROMOTED`. */
  drop(view: string, version: number): Promise<void>
  close(): Promise<void>
}

export interface FeatureRequest {
  readonly view: string
  /** Without it, the promoted one. */
  readonly version?: number | undefined
  readonly entities: readonly Entity[]
  /** Without them, all of the view. */
  readonly fields?: readonly string[] | undefined
}

export interface FeatureAnswer {
  readonly view: string
  readonly version: number
  readonly fields: readonly string[]
  /** One for each entity, in their order, each with the fields in theirs. */
  readonly rows: readonly (readonly StoredFeature[])[]
}

/**
 * `ok`: here it is, perhaps null. `missing`: nothing was ever written. `expired`: what was written is older than
 * the view's ttl allows; once it is purged it is missing.
 */
export type FeatureState = 'ok' | 'missing' | 'expired'

export interface StoredFeature {
  readonly state: FeatureState
  /** Undefined unless `ok`. */
  readonly value: unknown
  /** Its event time; null where it is missing. */
  readonly time: number | null
}

export interface ViewListing {
  readonly name: string
  readonly promoted: number
  /** From the lowest on. */
  readonly versions: readonly ViewVersion[]
}

export interface ViewVersion {
  readonly definition: ViewDefinition
  /** How many it has values for, expired ones that are not purged included. */
  readonly entities: number
  /** The newest event time of its values. */
  readonly newest: number | null
}
