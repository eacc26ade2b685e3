import { limits } from '../../engine/limits.ts'
import type { Now } from './config.ts'
import type { Database } from './database.ts'
import type { ViewTable } from './view-table.ts'

/** Deletes entities of which all values have expired: it goes round through a view, a few of them at a time. */
export class ViewPurge {
  private readonly db: Database
  private readonly table: ViewTable
  private readonly now: Now
  /** The entity that was looked at last. */
  private last = ''
  private nextAt = 0

  constructor(db: Database, table: ViewTable, now: Now) {
    this.db = db
    this.table = table
    this.now = now
  }

  step(): void {
    const { ttlMs } = this.table.definition
    const now = this.now()
    if (ttlMs === null || now < this.nextAt) return
    this.nextAt = now + limits.storePurgeEveryMs
    // For a while it is still told that a value has expired, not that there is none.
    const before = now - ttlMs - Math.min(ttlMs, limits.storeExpiredMs)
    this.db.write(() => {
      const [end, count] = this.db.row(this.table.spanSql(), this.last, limits.storePurgeRows) ?? []
      if (typeof end === 'string') this.db.run(this.table.purgeSql(), this.last, end, before)
      this.last = typeof end === 'string' && Number(count) === limits.storePurgeRows ? end : ''
    })
  }
}
