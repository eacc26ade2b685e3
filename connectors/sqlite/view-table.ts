import type { ViewDefinition } from '../../engine/stores/view-definition.ts'

/** The least time there is, for fields that were never written. */
const never = '-9e999'

/**
 * One version of a view: a row for each entity, and for each field its value, event time and position. A field
 * without a time was never written. Columns have numbers: SQLite does not tell `userId` from `userid`.
 */
export class ViewTable {
  readonly table: string
  readonly definition: ViewDefinition
  private readonly names: readonly string[]

  constructor(table: string, definition: ViewDefinition) {
    this.table = table
    this.definition = definition
    this.names = Object.keys(definition.fields)
  }

  createSql(): string {
    const columns = this.names.map((_, n) => `v${n}, t${n} REAL, p${n} REAL`)
    return `CREATE TABLE ${this.table} (entity TEXT PRIMARY KEY, ${columns}) WITHOUT ROWID`
  }

  /**
   * Writes the fields of one entity, which is ?1, with the event time ?2 and the position ?3, if each of them is
   * older: nearly always, so that this is tried first. Tells by its number of changes.
   */
  upsertSql(fields: readonly string[]): string {
    const numbers = this.numbersOf(fields)
    const columns = numbers.map(n => `v${n}, t${n}, p${n}`)
    const values = numbers.map((_, index) => `?${index + 4}, ?2, ?3`)
    const changes = numbers.map(n => `v${n} = excluded.v${n}, t${n} = ?2, p${n} = ?3`)
    return `INSERT INTO ${this.table} (entity, ${columns}) VALUES (?1, ${values})
      ON CONFLICT (entity) DO UPDATE SET ${changes} WHERE ${numbers.map(isOlder).join(' AND ')}`
  }

  /** The same for an entity that is there: of its fields those that are older. */
  mergeSql(fields: readonly string[]): string {
    const changes = this.numbersOf(fields).flatMap((n, index) =>
      [`v${n} = ?${index + 4}`, `t${n} = ?2`, `p${n} = ?3`].map(change => {
        const [column, value] = change.split(' = ')
        return `${column} = CASE WHEN ${isOlder(n)} THEN ${value} ELSE ${column} END`
      }),
    )
    return `UPDATE ${this.table} SET ${changes} WHERE entity = ?1 AND (${this.numbersOf(fields).map(isOlder).join(' OR ')})`
  }

  /** For each entity of the JSON array ?1 its place in there, and of each field the value and its time. */
  selectSql(fields: readonly string[]): string {
    const columns = this.numbersOf(fields)
      .map(n => `, v${n}, t${n}`)
      .join('')
    return `SELECT asked.key${columns} FROM json_each(?1) AS asked LEFT JOIN ${this.table} ON entity = asked.value`
  }

  countSql(): string {
    return `SELECT count(*), ${this.names.map((_, n) => `max(t${n})`)} FROM ${this.table}`
  }

  /** Of the ?2 entities after ?1 the last one, and how many they are. */
  spanSql(): string {
    return `SELECT max(entity), count(*) FROM (SELECT entity FROM ${this.table} WHERE entity > ?1 ORDER BY entity LIMIT ?2)`
  }

  /** Deletes the entities after ?1 up to ?2 that have had no value since the time ?3. */
  purgeSql(): string {
    const times = this.names.map((_, n) => `ifnull(t${n}, ${never})`)
    return `DELETE FROM ${this.table} WHERE entity > ?1 AND entity <= ?2 AND max(${times}, ${never}) < ?3`
  }

  private numbersOf(fields: readonly string[]): number[] {
    return fields.map(field => this.names.indexOf(field))
  }
}

function isOlder(n: number): string {
  return `(t${n} IS NULL OR t${n} < ?2 OR (t${n} = ?2 AND p${n} <= ?3))`
}
