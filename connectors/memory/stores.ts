import type { Field, Schema } from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import type {
  Entity,
  FeatureAnswer,
  FeatureRequest,
  FeatureStore,
  StoredFeature,
  ViewListing,
} from '../../engine/stores/feature-store.ts'
import type { FeatureView, FeatureViewSpec } from '../../engine/stores/feature-view.ts'
import type {
  FeatureLookup,
  FeatureValues,
  StoreRows,
  StoreSpec,
  Stores,
  StoreWriter,
  WriterPlace,
} from '../../engine/stores/stores.ts'
import type { ViewDefinition } from '../../engine/stores/view-definition.ts'
import { fieldsAsked } from '../../engine/stores/view-definition.ts'
import type { Clock } from '../../engine/time/clock.ts'
import { systemClock } from '../../engine/time/clock.ts'
import { MemoryHashes } from './hashes.ts'
import { MemorySeries } from './series.ts'
import { ViewCatalog } from './view-catalog.ts'

interface StoredValue {
  readonly value: unknown
  readonly time: number
  readonly position: number
}

/** Feature views, series and hashes in memory: for tests. */
export class MemoryStores implements Stores, FeatureStore {
  /** By view and version, as in `user-stats@2`, by entity and by field. */
  readonly features = new Map<string, Map<string, Map<string, StoredValue>>>()
  readonly seriesStore = new MemorySeries()
  readonly hashes = new MemoryHashes()
  /** By name, each point under its tags and time. */
  readonly series = this.seriesStore.points
  /** Called before each look-up in a view, with what is asked for: a test may hold it up or fail it. */
  onLookup: ((entities: readonly Entity[]) => void | Promise<void>) | undefined
  private readonly catalog = new ViewCatalog()
  private readonly clock: Clock

  constructor(clock: Clock = systemClock) {
    this.clock = clock
  }

  async define(view: ViewDefinition, place?: WriterPlace): Promise<void> {
    this.catalog.define(view, place)
  }

  async openWriter(spec: StoreSpec, schema: Schema, place: WriterPlace): Promise<StoreWriter> {
    if (spec.kind === 'series') return this.seriesStore.openWriter(spec, schema)
    this.catalog.define(spec, place)
    const write = (rows: StoreRows) => {
      for (let row = 0; row < rows.rows; row++) this.setFeatures(spec, schema, rows, row)
    }
    return { write, flush: async () => [], close: () => {} }
  }

  async openLookup(view: FeatureViewSpec, fields: readonly string[]): Promise<FeatureLookup> {
    const get = async (entities: readonly Entity[]) => {
      await this.onLookup?.(entities)
      return entities.map(entity => {
        const found = this.features.get(keyOf(view))?.get(String(entity))
        return found === undefined ? undefined : valuesOf(found, fields, this.oldestOf(view))
      })
    }
    return { get, close: () => {} }
  }

  async definition(view: string, version?: number): Promise<ViewDefinition> {
    return this.catalog.definition(view, version)
  }

  async get({ view, version, entities, fields }: FeatureRequest): Promise<FeatureAnswer> {
    await this.onLookup?.(entities)
    const definition = this.catalog.definition(view, version)
    const asked = fieldsAsked(definition, fields)
    const oldest = this.oldestOf(definition)
    const rows = entities.map(entity => {
      const stored = this.features.get(keyOf(definition))?.get(String(entity))
      return asked.map(field => stateOf(stored?.get(field), oldest))
    })
    return { view, version: definition.version, fields: asked, rows }
  }

  async list(): Promise<readonly ViewListing[]> {
    return this.catalog.entries.map(([name, { promoted, versions }]) => ({
      name,
      promoted,
      versions: inOrder(versions).map(definition => {
        const entities = [...(this.features.get(keyOf(definition))?.values() ?? [])]
        const times = entities.flatMap(stored => [...stored.values()].map(({ time }) => time))
        return {
          definition,
          entities: entities.length,
          newest: times.length === 0 ? null : Math.max(...times),
        }
      }),
    }))
  }

  async promote(view: string, version: number): Promise<void> {
    this.catalog.promote(view, version)
  }

  async drop(view: string, version: number): Promise<void> {
    this.catalog.drop(view, version)
    this.features.delete(keyOf({ name: view, version }))
  }

  async close(): Promise<void> {}

  /** Puts values of that event time into a view, whatever is there: a row has the entity and some of the fields. */
  fill(view: FeatureView, rows: readonly Readonly<Record<string, unknown>>[], time: number): void {
    this.catalog.define(view)
    for (const { [view.entity]: entity, ...values } of rows) {
      const stored = this.entityOf(view, entity)
      for (const [field, value] of Object.entries(values)) stored.set(field, { value, time, position: -1 })
    }
  }

  /** The oldest event time that still counts. */
  private oldestOf({ ttlMs }: ViewDefinition): number {
    return this.clock.now() - (ttlMs ?? Number.POSITIVE_INFINITY)
  }

  private setFeatures(spec: FeatureViewSpec, schema: Schema, rows: StoreRows, row: number): void {
    const [entity, ...values] = valuesIn(schema, rows, row)
    const stored = this.entityOf(spec, entity)
    const [time, position] = [rows.time[row], rows.position[row]]
    values.forEach((value, index) => {
      const field = schema.names[index + 1]
      const old = stored.get(field)
      if (old !== undefined && (old.time > time || (old.time === time && old.position > position))) return
      stored.set(field, { value, time, position })
    })
  }

  private entityOf(view: FeatureView, entity: unknown): Map<string, StoredValue> {
    const entities = this.features.getOrInsertComputed(keyOf(view), () => new Map())
    return entities.getOrInsertComputed(String(entity), () => new Map())
  }
}

function inOrder(versions: ReadonlyMap<number, ViewDefinition>): ViewDefinition[] {
  return [...versions.values()].sort((a, b) => a.version - b.version)
}

function keyOf({ name, version }: Pick<ViewDefinition, 'name' | 'version'>): string {
  return `${name}@${version}`
}

function stateOf(stored: StoredValue | undefined, oldest: number): StoredFeature {
  if (stored === undefined) return { state: 'missing', value: undefined, time: null }
  const { value, time } = stored
  return time < oldest ? { state: 'expired', value: undefined, time } : { state: 'ok', value, time }
}

function valuesIn(schema: Schema, { columns }: StoreRows, row: number): unknown[] {
  return columns.map((column, index) => readValue(schema.fields[schema.names[index]] as Field, column, row))
}

function valuesOf(
  stored: ReadonlyMap<string, StoredValue>,
  fields: readonly string[],
  oldest: number,
): FeatureValues | undefined {
  const known = fields.flatMap(field => {
    const value = stored.get(field)
    return value === undefined || value.time < oldest ? [] : [[field, value] as const]
  })
  if (known.length === 0) return undefined
  return {
    values: Object.fromEntries(known.map(([field, { value }]) => [field, value])),
    times: Object.fromEntries(known.map(([field, { time }]) => [field, time])),
  }
}
