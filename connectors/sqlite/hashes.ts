import path from 'node:path'
import type { HashStore, HashTexts, WrittenHash } from '../../engine/stores/hash-store.ts'
import type { SqliteOptions } from './config.ts'
import type { DatabaseFile } from './database.ts'
import { Database } from './database.ts'

const schema = `
  CREATE TABLE IF NOT EXISTS hashes (
    key TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (key, field)
  ) WITHOUT ROWID`

const select = 'SELECT field, CAST(value AS BLOB) FROM hashes WHERE key = ?'
const upsert = 'INSERT INTO hashes VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'

/** Hashes in `hashes.db` of the data folder. The file is made when the first one is written. */
export class SqliteHashes implements HashStore {
  private readonly file: DatabaseFile
  private db: Database | undefined

  constructor({ dir, fsync = 'commit' }: SqliteOptions) {
    this.file = { path: path.join(dir, 'hashes.db'), schema, version: 1, fsync }
  }

  async read(keys: readonly string[], fields: readonly string[]): Promise<readonly HashTexts[]> {
    this.db ??= Database.openExisting(this.file)
    const { db } = this
    if (db === undefined) return keys.map(() => fields.map(() => null))
    return db.read(() =>
      keys.map(key => {
        const stored = new Map(db.rows(select, key) as readonly (readonly [string, Uint8Array])[])
        return fields.map(field => stored.get(field) ?? null)
      }),
    )
  }

  async write(hashes: readonly WrittenHash[]): Promise<void> {
    this.db ??= Database.open(this.file)
    const { db } = this
    db.write(() => {
      for (const { key, fields } of hashes) {
        for (const [field, text] of Object.entries(fields)) {
          if (text === null) db.run('DELETE FROM hashes WHERE key = ? AND field = ?', key, field)
          else db.run(upsert, key, field, text)
        }
      }
    })
    await db.sync()
  }

  async close(): Promise<void> {
    this.db?.close()
    this.db = undefined
  }
}
