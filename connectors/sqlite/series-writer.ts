import type { Field, Schema } from '../../engine/batch/schema.ts'
import { limits } from '../../engine/limits.ts'
import type { SeriesSpec } from '../../engine/stores/series.ts'
import type { StoreReject, StoreRows, StoreWriter } from '../../engine/stores/stores.ts'
import type { Database, SqlValue } from './database.ts'
import { fillValues } from './fill-values.ts'
import type { PointPurge } from './point-purge.ts'
import type { StoredSeries } from './series-catalog.ts'
import type { TagSets } from './tag-sets.ts'

export interface SeriesWriterParts {
  readonly db: Database
  readonly tagSets: TagSets
  readonly stored: StoredSeries
  readonly spec: SeriesSpec
  readonly schema: Schema
  readonly purge: PointPurge
}

/** Writes one sink's rows to a series, together, in few transactions. */
export class SqliteSeriesWriter implements StoreWriter {
  private readonly parts: SeriesWriterParts
  private readonly tagColumns: readonly number[]
  private readonly timeColumn: number
  private readonly valueColumns: readonly number[]
  private readonly insert: string
  private readonly columns: readonly SqlValue[][]
  private readonly times: number[] = []
  private slots = new Int32Array(0)

  constructor(parts: SeriesWriterParts) {
    this.parts = parts
    const { spec, schema, stored } = parts
    // A set is one text whatever the order in which a job names its tags.
    this.tagColumns = spec.tags.toSorted().map(tag => schema.names.indexOf(tag))
    this.timeColumn = spec.time === null ? -1 : schema.names.indexOf(spec.time)
    const names = schema.names.filter(name => !spec.tags.includes(name) && name !== spec.time)
    this.valueColumns = names.map(name => schema.names.indexOf(name))
    this.insert = insertSql(stored, names)
    this.columns = schema.names.map(() => [])
  }

  write({ rows, columns, time }: StoreRows): void {
    const { schema } = this.parts
    if (this.slots.length < rows) this.slots = new Int32Array(rows)
    const count = this.times.length
    for (let row = 0; row < rows; row++) {
      this.slots[row] = count + row
      this.times.push(time[row])
    }
    schema.names.forEach((name, index) => {
      fillValues(schema.fields[name] as Field, columns[index], this.slots, rows, this.columns[index])
    })
    if (this.times.length >= limits.storeTransactionRows) this.store()
  }

  async flush(): Promise<readonly StoreReject[]> {
    if (this.times.length > 0) this.store()
    this.parts.purge.step(this.parts.stored)
    await this.parts.db.sync()
    return []
  }

  close(): void {}

  private store(): void {
    const { db, tagSets } = this.parts
    try {
      db.write(() => this.insertAll())
    } catch (error) {
      tagSets.forget()
      throw error
    }
    for (const list of [this.times, ...this.columns]) list.length = 0
  }

  private insertAll(): void {
    const { db, tagSets } = this.parts
    const statement = db.statement(this.insert)
    const times = this.timeColumn < 0 ? this.times : this.columns[this.timeColumn]
    const values: SqlValue[] = []
    for (let row = 0; row < this.times.length; row++) {
      values[0] = times[row]
      values[1] = tagSets.numberOf(this.tagsOf(row))
      for (let k = 0; k < this.valueColumns.length; k++)
        values[k + 2] = this.columns[this.valueColumns[k]][row]
      statement.run(...values)
    }
  }

  /** The tags of a row as a JSON object, without those that are null or empty. */
  private tagsOf(row: number): string {
    const { schema, spec } = this.parts
    let text = '{'
    for (const column of this.tagColumns) {
      const name = schema.names[column]
      const value = this.columns[column][row]
      if (value === null || value === '') continue
      const { kind } = schema.fields[name]
      const shown = kind === 'boolean' ? String(value === 1) : String(value)
      text += `${text === '{' ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(shown)}`
    }
    return spec.tags.length === 0 ? '{}' : `${text}}`
  }
}

function insertSql({ table, values }: StoredSeries, names: readonly string[]): string {
  const columns = names.map(name => `v${values.findIndex(value => value.name === name)}`)
  const changes = columns.map(column => `${column} = excluded.${column}`)
  return `INSERT INTO ${table} (time, tags, ${columns}) VALUES (?, ?, ${columns.map(() => '?')})
    ON CONFLICT (time, tags) DO UPDATE SET ${changes}`
}
