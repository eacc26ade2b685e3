import path from 'node:path'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import type {
  Entity,
  FeatureAnswer,
  FeatureRequest,
  FeatureStore,
  StoredFeature,
  ViewListing,
  ViewVersion,
} from '../../engine/stores/feature-store.ts'
import type { FeatureViewSpec } from '../../engine/stores/feature-view.ts'
import type { FeatureLookup, FeatureValues, StoreWriter, WriterPlace } from '../../engine/stores/stores.ts'
import type { ViewDefinition } from '../../engine/stores/view-definition.ts'
import { fieldsAsked } from '../../engine/stores/view-definition.ts'
import type { Now, SqliteOptions } from './config.ts'
import type { DatabaseFile } from './database.ts'
import { Database } from './database.ts'
import { SqliteFeatureWriter } from './feature-writer.ts'
import { storedValue } from './fill-values.ts'
import { catalogSchema, unknownView, ViewCatalog } from './view-catalog.ts'
import type { ViewTable } from './view-table.ts'

interface OpenFile {
  readonly db: Database
  readonly catalog: ViewCatalog
}

const missing: StoredFeature = { state: 'missing', value: undefined, time: null }

/** Feature views in `features.db` of the data folder. The file is made when the first view is defined. */
export class SqliteFeatures implements FeatureStore {
  private readonly file: DatabaseFile
  private readonly now: Now
  private opened: OpenFile | undefined

  constructor({ dir, fsync = 'commit' }: SqliteOptions, now: Now = Date.now) {
    this.file = { path: path.join(dir, 'features.db'), schema: catalogSchema, version: 1, fsync }
    this.now = now
  }

  async define(view: ViewDefinition, place?: WriterPlace): Promise<void> {
    this.open().catalog.define(view, place)
  }

  async openWriter(view: FeatureViewSpec, schema: Schema, place: WriterPlace): Promise<StoreWriter> {
    const { db, catalog } = this.open()
    const table = catalog.define(view, place)
    return new SqliteFeatureWriter({ db, catalog, table, schema, place, now: this.now })
  }

  async openLookup(view: FeatureViewSpec, fields: readonly string[]): Promise<FeatureLookup> {
    const { name, version } = view
    await this.define(view)
    const get = async (entities: readonly Entity[]) => {
      const answer = await this.get({ view: name, version, entities, fields })
      return answer.rows.map(row => valuesOf(fields, row))
    }
    return { get, close: () => {} }
  }

  async definition(view: string, version?: number): Promise<ViewDefinition> {
    return this.find(view).catalog.get(view, version).definition
  }

  async get({ view, version, entities, fields }: FeatureRequest): Promise<FeatureAnswer> {
    const { db, catalog } = this.find(view)
    return db.read(() => {
      const table = catalog.get(view, version)
      const asked = fieldsAsked(table.definition, fields)
      const rows = this.read(db, table, asked, entities)
      return { view, version: table.definition.version, fields: asked, rows }
    })
  }

  async list(): Promise<readonly ViewListing[]> {
    const file = this.openExisting()
    return file?.db.read(() => listing(file)) ?? []
  }

  async promote(view: string, version: number): Promise<void> {
    this.find(view).catalog.promote(view, version)
  }

  async drop(view: string, version: number): Promise<void> {
    this.find(view).catalog.drop(view, version)
  }

  async close(): Promise<void> {
    this.opened?.db.close()
    this.opened = undefined
  }

  private read(
    db: Database,
    table: ViewTable,
    fields: readonly string[],
    entities: readonly Entity[],
  ): StoredFeature[][] {
    const { ttlMs, fields: all } = table.definition
    const kinds = fields.map(field => all[field])
    const oldest = ttlMs === null ? Number.NEGATIVE_INFINITY : this.now() - ttlMs
    const rows: StoredFeature[][] = new Array(entities.length)
    // In one statement: to call it for each entity takes as long as to find it.
    for (const found of db.rows(table.selectSql(fields), JSON.stringify(entities.map(String)))) {
      rows[Number(found[0])] = rowOf(found, kinds, oldest)
    }
    return rows
  }

  private open(): OpenFile {
    this.opened ??= withCatalog(Database.open(this.file))
    return this.opened
  }

  private openExisting(): OpenFile | undefined {
    if (this.opened === undefined) {
      const db = Database.openExisting(this.file)
      this.opened = db && withCatalog(db)
    }
    return this.opened
  }

  private find(view: string): OpenFile {
    const file = this.openExisting()
    if (file === undefined) throw unknownView(view)
    return file
  }
}

function withCatalog(db: Database): OpenFile {
  return { db, catalog: new ViewCatalog(db) }
}

/** What was found of one entity: its place, then of each field value and time. */
function rowOf(found: readonly unknown[], kinds: readonly Field[], oldest: number): StoredFeature[] {
  const row: StoredFeature[] = []
  for (let k = 0; k < kinds.length; k++) {
    const time = found[2 * k + 2] as number | null
    if (time === null) row.push(missing)
    else if (time < oldest) row.push({ state: 'expired', value: undefined, time })
    else row.push({ state: 'ok', value: storedValue(kinds[k], found[2 * k + 1]), time })
  }
  return row
}

function listing({ db, catalog }: OpenFile): ViewListing[] {
  const views = new Map<string, { promoted: number; versions: ViewVersion[] }>()
  for (const { table, isPromoted } of catalog.all()) {
    const { definition } = table
    const [count, ...times] = db.row(table.countSql()) as [bigint, ...(number | null)[]]
    const known = times.filter(time => time !== null)
    const newest = known.length === 0 ? null : Math.max(...known)
    const view = views.get(definition.name) ?? { promoted: 0, versions: [] }
    if (isPromoted) view.promoted = definition.version
    view.versions.push({ definition, entities: Number(count), newest })
    views.set(definition.name, view)
  }
  return [...views].map(([name, { promoted, versions }]) => ({ name, promoted, versions }))
}

function valuesOf(fields: readonly string[], row: readonly StoredFeature[]): FeatureValues | undefined {
  const known = fields.flatMap((field, index) =>
    row[index].state === 'ok' ? [[field, row[index]] as const] : [],
  )
  if (known.length === 0) return undefined
  return {
    values: Object.fromEntries(known.map(([field, { value }]) => [field, value])),
    times: Object.fromEntries(known.map(([field, { time }]) => [field, time as number])),
  }
}
