import { limits } from '../../engine/limits.ts'
import type { Now } from './config.ts'
import type { Database } from './database.ts'
import type { StoredSeries } from './series-catalog.ts'

/** Deletes the oldest points of a series that are older than they are kept, some at a time. */
export class PointPurge {
  private readonly db: Database
  private readonly now: Now
  private readonly retentionMs: number | undefined
  private nextAt = 0

  constructor(db: Database, now: Now, retentionMs: number | undefined) {
    this.db = db
    this.now = now
    this.retentionMs = retentionMs
  }

  step({ table }: StoredSeries): void {
    const now = this.now()
    if (this.retentionMs === undefined || now < this.nextAt) return
    this.nextAt = now + limits.storePurgeEveryMs
    const before = now - this.retentionMs
    const old = `SELECT time, tags FROM ${table} WHERE time < ? ORDER BY time LIMIT ?`
    this.db.write(() => {
      this.db.run(`DELETE FROM ${table} WHERE (time, tags) IN (${old})`, before, limits.storePurgeRows)
    })
  }
}
