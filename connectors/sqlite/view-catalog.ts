import { HeadraceError } from '../../engine/errors.ts'
import type { WriterPlace } from '../../engine/stores/stores.ts'
import type { ViewDefinition } from '../../engine/stores/view-definition.ts'
import { definitionText, needSameShape, parseDefinition } from '../../engine/stores/view-definition.ts'
import type { Database } from './database.ts'
import { ViewTable } from './view-table.ts'

/** The table of views. Numbers of versions that were dropped are not given again. */
export const catalogSchema = `
  CREATE TABLE IF NOT EXISTS views (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    promoted INTEGER NOT NULL,
    definition TEXT NOT NULL,
    UNIQUE (name, version)
  )`

/** Which views there are, in which versions, and the table of each. */
export class ViewCatalog {
  private readonly db: Database
  /** What was read last of each version, for as long as it is defined in the same words. */
  private readonly known = new Map<bigint, { readonly text: string; readonly table: ViewTable }>()

  constructor(db: Database) {
    this.db = db
  }

  define(view: ViewDefinition, place?: WriterPlace): ViewTable {
    const text = definitionText(view)
    return this.db.write(() => {
      const found = this.find(view.name, view.version)
      if (found === undefined) return this.create(view, text)
      needSameShape(found.definition, view, place)
      this.db.run(
        'UPDATE views SET definition = ? WHERE name = ? AND version = ?',
        text,
        view.name,
        view.version,
      )
      return found
    })
  }

  find(name: string, version?: number): ViewTable | undefined {
    const [choice, chosen] = version === undefined ? ['promoted', 1] : ['version', version]
    const row = this.db.row(`SELECT id, definition FROM views WHERE name = ? AND ${choice} = ?`, name, chosen)
    return row && this.table(row[0] as bigint, String(row[1]))
  }

  get(name: string, version?: number): ViewTable {
    const found = this.find(name, version)
    if (found !== undefined) return found
    const versions = this.db.rows('SELECT version FROM views WHERE name = ? ORDER BY version', name)
    if (versions.length === 0) throw unknownView(name)
    const message = `feature view "${name}" has no version ${version}; there are ${versions.join(', ')}`
    throw new HeadraceError('HR_VIEW_UNKNOWN', message)
  }

  /** By name and version. */
  all(): readonly { readonly table: ViewTable; readonly isPromoted: boolean }[] {
    const rows = this.db.rows('SELECT id, definition, promoted FROM views ORDER BY name, version')
    return rows.map(([id, text, promoted]) => ({
      table: this.table(id as bigint, String(text)),
      isPromoted: promoted === 1n,
    }))
  }

  promote(name: string, version: number): void {
    this.db.write(() => {
      this.get(name, version)
      this.db.run('UPDATE views SET promoted = (version = ?) WHERE name = ?', version, name)
    })
  }

  drop(name: string, version: number): void {
    this.db.write(() => {
      const { table } = this.get(name, version)
      const others = this.db.rows('SELECT version FROM views WHERE name = ? AND version <> ?', name, version)
      if (others.length > 0 && this.get(name).definition.version === version) {
        const message = `version ${version} of feature view "${name}" is the promoted one; there are also ${others.join(', ')}`
        throw new HeadraceError('HR_VIEW_PROMOTED', message)
      }
      this.db.run(`DROP TABLE ${table}`)
      this.db.run('DELETE FROM views WHERE name = ? AND version = ?', name, version)
    })
  }

  private create(view: ViewDefinition, text: string): ViewTable {
    const isFirst = this.find(view.name) === undefined
    const insert = 'INSERT INTO views (name, version, promoted, definition) VALUES (?, ?, ?, ?) RETURNING id'
    const [id] = this.db.row(insert, view.name, view.version, Number(isFirst), text) as [bigint]
    const table = this.table(id, text)
    this.db.run(table.createSql())
    return table
  }

  private table(id: bigint, text: string): ViewTable {
    const known = this.known.get(id)
    if (known?.text === text) return known.table
    const table = new ViewTable(`view_${id}`, parseDefinition(text))
    this.known.set(id, { text, table })
    return table
  }
}

export function unknownView(name: string): HeadraceError {
  return new HeadraceError('HR_VIEW_UNKNOWN', `there is no feature view "${name}"`)
}
