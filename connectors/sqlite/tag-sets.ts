import { limits } from '../../engine/limits.ts'
import type { Database } from './database.ts'

/** The numbers of sets of tags. */
export class TagSets {
  private readonly db: Database
  private readonly known = new Map<string, bigint>()

  constructor(db: Database) {
    this.db = db
  }

  /** The number of a set, given as `tagSetText` makes it; within a transaction. */
  numberOf(text: string): bigint {
    const known = this.known.get(text)
    if (known !== undefined) return known
    this.db.run('INSERT INTO tag_sets (tags) VALUES (?) ON CONFLICT DO NOTHING', text)
    const [id] = this.db.row('SELECT id FROM tag_sets WHERE tags = ?', text) as [bigint]
    if (this.known.size >= limits.storeTagSets) this.known.clear()
    this.known.set(text, id)
    return id
  }

  /** After a transaction that did not come to its end: numbers from it may be somebody else's. */
  forget(): void {
    this.known.clear()
  }
}
