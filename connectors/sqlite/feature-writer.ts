import type { Schema } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { StoreReject, StoreRows, StoreWriter, WriterPlace } from '../../engine/stores/stores.ts'
import type { Now } from './config.ts'
import type { Database } from './database.ts'
import { PendingFeatures } from './pending-features.ts'
import type { ViewCatalog } from './view-catalog.ts'
import { ViewPurge } from './view-purge.ts'
import type { ViewTable } from './view-table.ts'

export interface FeatureWriterParts {
  readonly db: Database
  readonly catalog: ViewCatalog
  readonly table: ViewTable
  readonly schema: Schema
  readonly place: WriterPlace
  readonly now: Now
}

/** Writes one sink's rows to a view: together, in few transactions, because each of them costs. */
export class SqliteFeatureWriter implements StoreWriter {
  private readonly parts: FeatureWriterParts
  private readonly pending: PendingFeatures
  private readonly upsert: string
  private readonly merge: string
  private readonly purge: ViewPurge

  constructor(parts: FeatureWriterParts) {
    this.parts = parts
    const { table, schema, db, now } = parts
    const fields = schema.names.slice(1)
    this.pending = new PendingFeatures(schema)
    this.upsert = table.upsertSql(fields)
    this.merge = table.mergeSql(fields)
    this.purge = new ViewPurge(db, table, now)
  }

  write(rows: StoreRows): void {
    this.pending.add(rows)
    if (this.pending.count >= limits.storeTransactionRows) this.store()
  }

  async flush(): Promise<readonly StoreReject[]> {
    if (this.pending.count > 0) this.store()
    this.purge.step()
    await this.parts.db.sync()
    return []
  }

  close(): void {}

  private store(): void {
    const { db, catalog, table, place } = this.parts
    const { name, version } = table.definition
    db.write(() => {
      if (catalog.find(name, version)?.table !== table.table) {
        const message = `version ${version} of feature view "${name}" was dropped while it was written to`
        throw new HeadraceError('HR_VIEW_UNKNOWN', message, place)
      }
      const [upsert, merge] = [db.statement(this.upsert), db.statement(this.merge)]
      this.pending.drain(values => {
        if (upsert.run(...values).changes === 0n) merge.run(...values)
      })
    })
  }
}
