import path from 'node:path'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { SeriesSpec } from '../../engine/stores/series.ts'
import type {
  SeriesAnswer,
  SeriesListing,
  SeriesPoint,
  SeriesQuery,
  SeriesStore,
} from '../../engine/stores/series-store.ts'
import type { StoreWriter, WriterPlace } from '../../engine/stores/stores.ts'
import type { Now, SqliteOptions } from './config.ts'
import type { DatabaseFile, SqlValue } from './database.ts'
import { Database } from './database.ts'
import { storedValue } from './fill-values.ts'
import { PointPurge } from './point-purge.ts'
import type { StoredSeries } from './series-catalog.ts'
import { SeriesCatalog, seriesSchema, unknownSeries } from './series-catalog.ts'
import { SqliteSeriesWriter } from './series-writer.ts'
import { TagSets } from './tag-sets.ts'

interface OpenFile {
  readonly db: Database
  readonly catalog: SeriesCatalog
  readonly tagSets: TagSets
}

/** Time series in `series.db` of the data folder. The file is made when the first series is opened for writing. */
export class SqliteSeries implements SeriesStore {
  private readonly file: DatabaseFile
  private readonly retentionMs: number | undefined
  private readonly now: Now
  private opened: OpenFile | undefined

  constructor({ dir, fsync = 'commit', retentionMs }: SqliteOptions, now: Now = Date.now) {
    this.file = { path: path.join(dir, 'series.db'), schema: seriesSchema, version: 1, fsync }
    this.retentionMs = retentionMs
    this.now = now
  }

  async openWriter(spec: SeriesSpec, schema: Schema, place: WriterPlace): Promise<StoreWriter> {
    this.opened ??= openFile(Database.open(this.file))
    const { db, tagSets, catalog } = this.opened
    const stored = catalog.define(spec, place)
    const purge = new PointPurge(db, this.now, this.retentionMs)
    return new SqliteSeriesWriter({ db, tagSets, stored, spec, schema, purge })
  }

  async query(query: SeriesQuery): Promise<SeriesAnswer> {
    const file = this.openExisting()
    if (file === undefined) throw unknownSeries(query.series)
    return file.db.read(() => {
      const stored = file.catalog.find(query.series)
      if (stored === undefined) throw unknownSeries(query.series)
      return answer(file.db, stored, query)
    })
  }

  async list(): Promise<readonly SeriesListing[]> {
    const file = this.openExisting()
    return file?.db.read(() => file.catalog.all().map(stored => listing(file.db, stored))) ?? []
  }

  async close(): Promise<void> {
    this.opened?.db.close()
    this.opened = undefined
  }

  private openExisting(): OpenFile | undefined {
    if (this.opened === undefined) {
      const db = Database.openExisting(this.file)
      this.opened = db && openFile(db)
    }
    return this.opened
  }
}

function openFile(db: Database): OpenFile {
  return { db, catalog: new SeriesCatalog(db), tagSets: new TagSets(db) }
}

function answer(db: Database, stored: StoredSeries, query: SeriesQuery): SeriesAnswer {
  const { where = {} } = query
  const limit = Math.min(query.limit ?? limits.seriesPoints, limits.seriesPoints)
  const tags = Object.entries(where)
  const unknown = tags.find(([tag]) => !stored.tags.includes(tag))
  if (unknown !== undefined) {
    const message = `series "${stored.name}" has no tag "${unknown[0]}"; there are ${stored.tags.join(', ')}`
    throw new HeadraceError('HR_SERIES_UNKNOWN', message)
  }
  const conditions = tags.map(() => 'EXISTS (SELECT 1 FROM json_each(s.tags) WHERE key = ? AND value = ?)')
  const values: SqlValue[] = tags.flat()
  if (query.from !== undefined) conditions.push('p.time >= ?')
  if (query.to !== undefined) conditions.push('p.time < ?')
  for (const bound of [query.from, query.to]) if (bound !== undefined) values.push(bound)
  const columns = ['p.time', 's.tags', ...stored.values.map((_, n) => `p.v${n}`)]
  const filter = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  const rows = db.rows(
    `SELECT ${columns} FROM ${stored.table} p JOIN tag_sets s ON s.id = p.tags ${filter}
      ORDER BY p.time DESC, s.tags DESC LIMIT ?`,
    ...values,
    limit + 1,
  )
  const points = rows.slice(0, limit).toReversed()
  return {
    tags: stored.tags,
    values: stored.values.map(({ name }) => name),
    points: points.map(row => pointOf(stored, row)),
    isCut: rows.length > limit,
  }
}

function pointOf({ values }: StoredSeries, [time, tags, ...stored]: readonly unknown[]): SeriesPoint {
  const known = values.flatMap(({ name, kind }, index) =>
    stored[index] === null ? [] : [[name, storedValue({ kind } as Field, stored[index])] as const],
  )
  return {
    time: Number(time),
    tags: JSON.parse(String(tags)),
    values: Object.fromEntries(known) as SeriesPoint['values'],
  }
}

function listing(db: Database, stored: StoredSeries): SeriesListing {
  const sql = `SELECT count(*), min(time), max(time) FROM ${stored.table}`
  const [count, oldest, newest] = db.row(sql) as [bigint, number | null, number | null]
  const values = stored.values.map(({ name }) => name)
  return { name: stored.name, tags: stored.tags, values, points: Number(count), oldest, newest }
}
