import type { Registry } from 'prom-client'
import type { Fields } from '../engine/batch/schema.ts'
import { HeadraceError } from '../engine/errors.ts'
import type { Entity, FeatureStore } from '../engine/stores/feature-store.ts'
import type { FeatureView } from '../engine/stores/feature-view.ts'
import type { ViewDefinition } from '../engine/stores/view-definition.ts'
import type { Clock } from '../engine/time/clock.ts'
import { systemClock } from '../engine/time/clock.ts'
import type { Duration } from '../engine/time/duration.ts'
import { durationMs } from '../engine/time/duration.ts'
import { ClientMetrics } from './client-metrics.ts'
import { KnownViews } from './known-views.ts'
import type { OnDemand } from './on-demand.ts'
import type { RequestValues } from './read-plan.ts'
import { ReadPlan } from './read-plan.ts'
import type { FeatureReading } from './reading.ts'
import { StoreReads } from './store-reads.ts'
import type { Asked, FeatureRow, GetOptions, OptionsFor } from './typed-reads.ts'

export interface FeatureClientOptions {
  /** Where the features are. The client closes it. */
  readonly store: FeatureStore
  /** Values that are older are stale, unless a read says otherwise. */
  readonly maxAge?: Duration
  /** Rows that are remembered: so many, for so long. Reads of a row that is under way then share it. */
  readonly cache?: { readonly entries: number; readonly ttl: Duration }
  /** How long a read may take: a second unless said otherwise. */
  readonly timeout?: Duration
  /** Features that `read` computes, beside those that are stored. */
  readonly onDemand?: readonly OnDemand[]
  /** Where freshness and speed are shown to Prometheus. */
  readonly registry?: Registry
  readonly clock?: Clock
}

/** A read by names, as it comes from outside. */
export interface ReadRequest {
  readonly view: string
  /** The promoted one unless it is named. */
  readonly version?: number | undefined
  readonly entities: readonly Entity[]
  /** Stored ones, and those of the client's `onDemand`. All that are stored unless said otherwise. */
  readonly fields?: readonly string[] | undefined
  readonly maxAgeMs?: number | undefined
  /** What features are computed of: for all entities, or one by one. */
  readonly request?: RequestValues | readonly RequestValues[] | undefined
}

export interface ReadAnswer {
  readonly view: string
  readonly version: number
  readonly fields: readonly string[]
  /** One for each entity, in their order, each with the fields in theirs. */
  readonly rows: readonly (readonly FeatureReading[])[]
}

/** Reads features for a service: many entities in one round trip, each value with its age. */
export class FeatureClient {
  private readonly store: FeatureStore
  private readonly reads: StoreReads
  private readonly views: KnownViews
  private readonly metrics: ClientMetrics | undefined
  private readonly clock: Clock
  private readonly maxAgeMs: number
  private readonly onDemand: readonly OnDemand[]

  static open(options: FeatureClientOptions): FeatureClient {
    return new FeatureClient(options)
  }

  private constructor(options: FeatureClientOptions) {
    const { store, clock = systemClock, maxAge, cache, timeout = '1s', registry, onDemand = [] } = options
    this.store = store
    this.clock = clock
    this.onDemand = onDemand
    this.maxAgeMs = maxAge === undefined ? Number.POSITIVE_INFINITY : durationMs(maxAge, 'maxAge')
    this.metrics = registry && new ClientMetrics(registry, () => clock.now())
    this.reads = new StoreReads(store, {
      clock,
      timeoutMs: durationMs(timeout, 'timeout'),
      cache: cache ? { entries: cache.entries, ttlMs: durationMs(cache.ttl, 'ttl of the cache') } : null,
      onRead: this.metrics?.read.bind(this.metrics),
    })
    this.views = new KnownViews(store, clock, this.reads.inTime.bind(this.reads))
  }

  /**
   * The features of some entities, in their order: of the version of the view that the program has, whichever is
   * promoted. Features that are computed of request values need them in `options`.
   */
  async get<F extends Fields, const N extends Asked<F> = readonly (keyof F & string)[]>(
    view: FeatureView<string, F>,
    entities: readonly Entity[],
    fields?: N,
    ...[options]: OptionsFor<N>
  ): Promise<readonly FeatureRow<F, N>[]> {
    await this.views.check(view)
    const { maxAge, request } = (options ?? {}) as GetOptions<RequestValues>
    const maxAgeMs = maxAge === undefined ? this.maxAgeMs : durationMs(maxAge, 'maxAge')
    const plan = new ReadPlan(view, fields ?? Object.keys(view.fields))
    const rows = await this.carryOut(plan, view, entities, maxAgeMs, request)
    return rows.map(row => Object.fromEntries(row.map((reading, k) => [plan.names[k], reading]))) as never
  }

  /** As `get`, by names that are not known before. */
  async read(asked: ReadRequest): Promise<ReadAnswer> {
    const { entities, maxAgeMs = this.maxAgeMs, request } = asked
    const view = await this.views.named(asked.view, asked.version)
    const computed = this.onDemand.filter(feature => feature.view === view.name)
    const fields = (asked.fields ?? Object.keys(view.fields)).map(
      name => computed.find(feature => feature.name === name) ?? name,
    )
    const plan = new ReadPlan(view, fields)
    const rows = await this.carryOut(plan, view, entities, maxAgeMs, request)
    return { view: view.name, version: view.version, fields: plan.names, rows }
  }

  async close(): Promise<void> {
    await this.store.close()
  }

  private async carryOut(
    plan: ReadPlan,
    { name, version }: ViewDefinition,
    entities: readonly Entity[],
    maxAgeMs: number,
    request: RequestValues | readonly RequestValues[] = {},
  ): Promise<readonly (readonly FeatureReading[])[]> {
    const requestOf = requestsFor(plan, entities, request)
    const began = performance.now()
    const stored = await this.reads.rows(name, version, entities, plan.stored)
    const now = this.clock.now()
    const readings = stored.map(row => plan.readings(row, now, maxAgeMs))
    this.metrics?.served(name, version, readings, performance.now() - began)
    return readings.map((row, index) => plan.row(row, requestOf(index), now))
  }
}

/** What comes with the request for each entity, once it is known to be complete. */
function requestsFor(
  plan: ReadPlan,
  entities: readonly Entity[],
  request: RequestValues | readonly RequestValues[],
): (index: number) => RequestValues {
  if (!isList(request)) {
    plan.check(request)
    return () => request
  }
  for (const one of request) plan.check(one)
  if (request.length === entities.length) return index => request[index]
  const message = `${request.length} objects of request values for ${entities.length} entities`
  throw new HeadraceError('HR_FEATURE_REQUEST', message)
}

function isList(request: RequestValues | readonly RequestValues[]): request is readonly RequestValues[] {
  return Array.isArray(request)
}
