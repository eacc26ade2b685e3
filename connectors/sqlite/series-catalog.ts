import type { Field } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { SeriesSpec } from '../../engine/stores/series.ts'
import type { WriterPlace } from '../../engine/stores/stores.ts'
import type { Database } from './database.ts'

/**
 * The tables of series. A set of tags is stored once, as a JSON object with sorted keys, and known by its number;
 * the points of a series have a table of their own.
 */
export const seriesSchema = `
  CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    definition TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS tag_sets (
    id INTEGER PRIMARY KEY,
    tags TEXT NOT NULL UNIQUE
  )`

/** A series as it is stored: all tags that it ever had, and its values in the order of their columns. */
export interface StoredSeries {
  readonly table: string
  readonly name: string
  readonly tags: readonly string[]
  readonly values: readonly StoredValueColumn[]
}

export interface StoredValueColumn {
  readonly name: string
  readonly kind: Field['kind']
}

export class SeriesCatalog {
  private readonly db: Database

  constructor(db: Database) {
    this.db = db
  }

  /** Makes room for all tags and values that the job's series has. */
  define(spec: SeriesSpec, place: WriterPlace): StoredSeries {
    const { name, schema, tags, time } = spec
    const columns = schema.names
      .filter(column => !tags.includes(column) && column !== time)
      .map(column => ({ name: column, kind: schema.fields[column].kind }))
    return this.db.write(() => {
      const stored = this.find(name) ?? this.create(name)
      const added = columns.filter(column => isNew(stored, column, place))
      for (const [index] of added.entries()) {
        this.db.run(`ALTER TABLE ${stored.table} ADD COLUMN v${stored.values.length + index}`)
      }
      const merged = {
        ...stored,
        tags: [...new Set([...stored.tags, ...tags])],
        values: [...stored.values, ...added],
      }
      const definition = JSON.stringify({ tags: merged.tags, values: merged.values })
      this.db.run('UPDATE series SET definition = ? WHERE name = ?', definition, name)
      return merged
    })
  }

  find(name: string): StoredSeries | undefined {
    const row = this.db.row('SELECT id, name, definition FROM series WHERE name = ?', name)
    return row && storedSeries(row)
  }

  all(): readonly StoredSeries[] {
    return this.db.rows('SELECT id, name, definition FROM series ORDER BY name').map(storedSeries)
  }

  private create(name: string): StoredSeries {
    const definition = JSON.stringify({ tags: [], values: [] })
    const insert = 'INSERT INTO series (name, definition) VALUES (?, ?) RETURNING id, name, definition'
    const stored = storedSeries(this.db.row(insert, name, definition) as readonly unknown[])
    // By time first: that is how points come, and how they are asked for.
    const key = 'time REAL, tags INTEGER, PRIMARY KEY (time, tags)'
    this.db.run(`CREATE TABLE ${stored.table} (${key}) WITHOUT ROWID`)
    return stored
  }
}

export function unknownSeries(name: string): HeadraceError {
  return new HeadraceError('HR_SERIES_UNKNOWN', `there is no series "${name}"`)
}

function storedSeries([id, name, definition]: readonly unknown[]): StoredSeries {
  return { table: `series_${id}`, name: String(name), ...JSON.parse(String(definition)) }
}

function isNew(stored: StoredSeries, { name, kind }: StoredValueColumn, place: WriterPlace): boolean {
  const old = stored.values.find(value => value.name === name)
  if (old === undefined || old.kind === kind) return old === undefined
  const message = `series "${stored.name}" has values of "${name}" stored as ${old.kind}, the job gives ${kind}`
  throw new HeadraceError('HR_SINK_MISMATCH', message, place)
}
