import path from 'node:path'
import { Database } from '../../connectors/sqlite/database.ts'
import type { Fields } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { FileRecord } from '../judge/labels.ts'
import { ColumnGuess, cellValue } from './column-guess.ts'
import type { Label } from './label.ts'

/** Labels laid down in a file, to be had in the order of their times, as many as there may be. */
export class LabelShelf {
  count = 0
  private readonly db: Database
  private readonly columns = new Map<string, ColumnGuess>()
  private waiting: Label[] = []

  constructor(dir: string) {
    this.db = Database.open({
      path: path.join(dir, 'labels.db'),
      schema: 'CREATE TABLE labels (time REAL NOT NULL, record TEXT NOT NULL)',
      version: 1,
      fsync: 'never',
    })
  }

  /** The columns that labels have, with the narrowest type that fits all values. */
  get fields(): Fields {
    return Object.fromEntries([...this.columns].map(([name, guess]) => [name, guess.field]))
  }

  /** A record out of CSV has texts alone; those that are empty are null. */
  addCells(time: number, cells: Readonly<Record<string, string>>): void {
    const record = Object.fromEntries(
      Object.entries(cells).map(([name, cell]) => [name, cell === '' ? null : cell]),
    )
    this.put(time, record, cell => (cell === null ? null : cellValue(cell as string)))
  }

  /** A record out of JSON. */
  add(time: number, record: FileRecord): void {
    this.put(time, record, value => value)
  }

  /** Those of one time in the order in which they were added. */
  *inOrder(): Generator<Label, void, undefined> {
    this.layDown()
    const rows = this.db.statement('SELECT time, record FROM labels ORDER BY time, rowid').iterate()
    for (const row of rows) {
      const [time, record] = row as unknown as [number, string]
      yield { time, record: JSON.parse(record) }
    }
  }

  close(): void {
    this.db.close()
  }

  private put(time: number, record: FileRecord, meaning: (value: unknown) => unknown): void {
    for (const [name, value] of Object.entries(record)) this.columnOf(name).add(meaning(value))
    this.waiting.push({ time, record })
    this.count++
    if (this.waiting.length >= limits.storeTransactionRows) this.layDown()
  }

  private columnOf(name: string): ColumnGuess {
    const known = this.columns.get(name)
    if (known !== undefined) return known
    if (this.columns.size >= limits.exportColumns) {
      throw new HeadraceError('HR_EXPORT_LABELS', `labels have more than ${limits.exportColumns} columns`)
    }
    const made = new ColumnGuess()
    this.columns.set(name, made)
    return made
  }

  private layDown(): void {
    const { db, waiting } = this
    if (waiting.length === 0) return
    db.write(() => {
      const insert = db.statement('INSERT INTO labels VALUES (?, ?)')
      for (const { time, record } of waiting) insert.run(time, JSON.stringify(record))
    })
    this.waiting = []
  }
}
