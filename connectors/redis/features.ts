import type { Schema } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type {
  Entity,
  FeatureAnswer,
  FeatureRequest,
  FeatureStore,
  StoredFeature,
  ViewListing,
} from '../../engine/stores/feature-store.ts'
import type { FeatureViewSpec } from '../../engine/stores/feature-view.ts'
import type { FeatureLookup, FeatureValues, StoreWriter, WriterPlace } from '../../engine/stores/stores.ts'
import type { ViewDefinition } from '../../engine/stores/view-definition.ts'
import { fieldsAsked } from '../../engine/stores/view-definition.ts'
import { RedisClient } from './client.ts'
import type { Notify, RedisOptions } from './config.ts'
import { placeOf } from './config.ts'
import { expiryCommand } from './expiry.ts'
import { readFeatures } from './feature-reads.ts'
import { FeatureWriter } from './feature-writer.ts'
import { newestKey, versionName } from './keys.ts'
import { ViewCatalog } from './view-catalog.ts'
import { deleteEntities, EntityCounts } from './view-keys.ts'

/** Feature views in Redis. */
export class RedisFeatures implements FeatureStore {
  private readonly client: RedisClient
  private readonly catalog: ViewCatalog
  private readonly counts: EntityCounts

  constructor(options: RedisOptions, notify: Notify = message => process.emitWarning(message)) {
    this.client = new RedisClient(placeOf(options), notify)
    this.catalog = new ViewCatalog(this.client)
    this.counts = new EntityCounts(this.client)
  }

  define(view: ViewDefinition, place?: WriterPlace): Promise<void> {
    return this.catalog.define(view, place)
  }

  async openWriter(view: FeatureViewSpec, schema: Schema, place: WriterPlace): Promise<StoreWriter> {
    const expiry = await expiryCommand(this.client, view, place)
    await this.catalog.define(view, place)
    const lifeMs = view.ttlMs === null ? null : view.ttlMs + Math.min(view.ttlMs, limits.storeExpiredMs)
    const writer = new FeatureWriter({ client: this.client, view, schema, expiry, lifeMs })
    await writer.open()
    return writer
  }

  async openLookup(view: FeatureViewSpec, fields: readonly string[]): Promise<FeatureLookup> {
    await this.catalog.define(view)
    const asked = fieldsAsked(view, fields)
    const get = async (entities: readonly Entity[]) =>
      (await readFeatures(this.client, view, entities, asked)).map(row => valuesOf(row, asked))
    return { get, close: () => {} }
  }

  definition(view: string, version?: number): Promise<ViewDefinition> {
    return this.catalog.definition(view, version)
  }

  async get({ view, version, entities, fields }: FeatureRequest): Promise<FeatureAnswer> {
    const definition = await this.catalog.definition(view, version)
    const asked = fieldsAsked(definition, fields)
    const rows = await readFeatures(this.client, definition, entities, asked)
    return { view, version: definition.version, fields: asked, rows }
  }

  async list(): Promise<readonly ViewListing[]> {
    const { definitions, promoted } = await this.catalog.all()
    const counts = await this.counts.get()
    const key = newestKey(this.client.place.keyPrefix)
    const newest = await this.client.ask(client => client.hgetall(key))
    return [...promoted].toSorted(byName).map(([name, version]) => ({
      name,
      promoted: version,
      versions: definitions
        .filter(definition => definition.name === name)
        .toSorted((a, b) => a.version - b.version)
        .map(definition => ({
          definition,
          entities: counts.get(versionName(definition)) ?? 0,
          newest: timeOf(newest[versionName(definition)]),
        })),
    }))
  }

  promote(view: string, version: number): Promise<void> {
    return this.catalog.promote(view, version)
  }

  async drop(view: string, version: number): Promise<void> {
    const { definitions, promoted } = await this.catalog.all()
    const versions = definitions.filter(({ name }) => name === view)
    const dropped = versions.find(definition => definition.version === version)
    if (dropped === undefined) throw await this.catalog.unknown(view, version)
    const others = versions.filter(definition => definition !== dropped).map(other => other.version)
    if (promoted.get(view) === version && others.length > 0) {
      const message = `version ${version} of feature view "${view}" is the promoted one; there are also ${others.join(', ')}`
      throw new HeadraceError('HR_VIEW_PROMOTED', message)
    }
    await deleteEntities(this.client, dropped)
    const key = newestKey(this.client.place.keyPrefix)
    await this.client.askAgain(client => client.hdel(key, versionName(dropped)))
    await this.catalog.remove(dropped, others.length === 0)
  }

  async close(): Promise<void> {
    this.client.close()
  }
}

function byName([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1
}

function timeOf(text: string | undefined): number | null {
  return text === undefined ? null : Number(text)
}

function valuesOf(row: readonly StoredFeature[], fields: readonly string[]): FeatureValues | undefined {
  const values: Record<string, unknown> = {}
  const times: Record<string, number> = {}
  let known = false
  row.forEach(({ state, value, time }, k) => {
    if (state !== 'ok' || time === null) return
    known = true
    values[fields[k]] = value
    times[fields[k]] = time
  })
  return known ? { values, times } : undefined
}
