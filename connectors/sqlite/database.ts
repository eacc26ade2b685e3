import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { HeadraceError, messageOf } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import { LogSync } from './log-sync.ts'

export interface DatabaseFile {
  readonly path: string
  /** Makes the tables that every such file has, where they are missing. */
  readonly schema: string
  /** Of the tables. A file of another number is not opened. */
  readonly version: number
  readonly fsync: 'commit' | 'never'
}

export type SqlValue = SQLInputValue

/**
 * One connection to a file that several threads and processes write to. A transaction never lasts longer than the
 * call that begins it: two writers in one thread would wait for each other for ever.
 */
export class Database {
  readonly path: string
  private readonly db: DatabaseSync
  private readonly log: LogSync | undefined
  private readonly prepared = new Map<string, StatementSync>()

  private constructor(file: DatabaseFile) {
    this.path = file.path
    mkdirSync(path.dirname(file.path), { recursive: true })
    // Numbers are stored as floating point; what comes as a whole one is a bigint.
    const rows = { returnArrays: true, readBigInts: true }
    const { DatabaseSync } = sqlite()
    this.db = new DatabaseSync(file.path, { timeout: limits.storeBusyMs, ...rows })
    this.configure(file)
    this.log = file.fsync === 'commit' ? new LogSync(`${file.path}-wal`) : undefined
  }

  static open(file: DatabaseFile): Database {
    return coded(file.path, () => new Database(file))
  }

  /** As `open`, if the file is there. */
  static openExisting(file: DatabaseFile): Database | undefined {
    return existsSync(file.path) ? Database.open(file) : undefined
  }

  /** A statement that is kept for the next time. Rows come as arrays. */
  statement(sql: string): StatementSync {
    const known = this.prepared.get(sql)
    if (known !== undefined) return known
    if (this.prepared.size >= limits.storeStatements) this.prepared.clear()
    const made = coded(this.path, () => this.db.prepare(sql))
    this.prepared.set(sql, made)
    return made
  }

  run(sql: string, ...values: readonly SqlValue[]): void {
    coded(this.path, () => this.statement(sql).run(...values))
  }

  row(sql: string, ...values: readonly SqlValue[]): readonly unknown[] | undefined {
    return coded(this.path, () => this.statement(sql).get(...values)) as readonly unknown[] | undefined
  }

  rows(sql: string, ...values: readonly SqlValue[]): readonly (readonly unknown[])[] {
    return coded(this.path, () => this.statement(sql).all(...values)) as unknown as (readonly unknown[])[]
  }

  /** All or nothing, before or after everybody else's. */
  write<T>(action: () => T): T {
    return this.transaction('BEGIN IMMEDIATE', action)
  }

  /** Everything that is read is of one moment. */
  read<T>(action: () => T): T {
    return this.transaction('BEGIN', action)
  }

  /** Resolves when all that was written until now survives a power cut. */
  async sync(): Promise<void> {
    try {
      await this.log?.sync()
    } catch (error) {
      throw failure(this.path, error)
    }
  }

  close(): void {
    this.prepared.clear()
    if (this.db.isOpen) this.db.close()
    this.log?.close()
  }

  private transaction<T>(begin: string, action: () => T): T {
    return coded(this.path, () => {
      this.statement(begin).run()
      try {
        const result = action()
        this.statement('COMMIT').run()
        if (begin !== 'BEGIN') this.log?.wrote()
        return result
      } catch (error) {
        if (this.db.isTransaction) this.db.exec('ROLLBACK')
        throw error
      }
    })
  }

  private configure({ schema, version }: DatabaseFile): void {
    this.db.exec('PRAGMA journal_mode = WAL')
    // A commit does not wait for the disk, `sync` does: once for all commits before it.
    this.db.exec('PRAGMA synchronous = NORMAL')
    this.db.exec(`PRAGMA cache_size = -${limits.storeCacheBytes >> 10}`)
    const [found] = this.db.prepare('PRAGMA user_version').get() as unknown as [bigint]
    if (Number(found) === version) return
    if (found !== 0n) {
      const message = `the file is of format ${found}; this version of Headrace knows ${version}`
      throw new HeadraceError('HR_STATE_VERSION', message, { file: this.path })
    }
    this.db.exec(`BEGIN IMMEDIATE; ${schema}; PRAGMA user_version = ${version}; COMMIT`)
  }
}

/** Loaded when it is needed: jobs without stores run on older versions of Node.js, which do not have it as we use it. */
function sqlite(): typeof import('node:sqlite') {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 24 || (major === 24 && minor >= 4)) return process.getBuiltinModule('node:sqlite')
  const message = `the embedded store needs Node.js 24.4 or later, this is ${process.versions.node}`
  throw new HeadraceError('HR_STORE_MISSING', message)
}

function coded<T>(file: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw error instanceof HeadraceError ? error : failure(file, error)
  }
}

const diskFull = 13

function failure(file: string, cause: unknown): HeadraceError {
  const { errcode, code } = cause as { errcode?: number; code?: string }
  // What has no code of the system's is a mistake of ours.
  if (code === undefined) throw cause
  const isFull = errcode === diskFull || code === 'ENOSPC'
  return new HeadraceError(isFull ? 'HR_DISK_FULL' : 'HR_STORE_IO', messageOf(cause), { file, cause })
}
