import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ErrorCode } from '../error-codes.ts'
import { HeadraceError, messageOf } from '../errors.ts'
import type { FileErrorCodes } from './files.ts'

/** Holds a directory for this process until released, or until the process ends in whatever way. */
export interface DirLock {
  release(): void
}

export interface LockErrorCodes extends FileErrorCodes {
  readonly locked: ErrorCode
}

const logCodes: LockErrorCodes = { locked: 'HR_LOG_LOCKED', missing: 'HR_LOG_MISSING', other: 'HR_LOG_IO' }
const sqliteBusy = 5
/** Two that try at the same moment can hinder each other; then one of them has to try again. */
const retryMs = 100

/**
 * Locks a directory for one writer among all processes.
 *
 * Node has no flock, and a lock file with a pid goes stale: the pid may have been reused, may belong to
 * another container, and two processes that find it stale can both take it. SQLite holds a lock of the
 * operating system on its file, which ends with the process that holds it; so an empty database inside an
 * exclusive transaction is a lock that is never stale. `writer.pid` only names the holder to people.
 * Nobody may open `writer.lock` by other means: closing any descriptor of it would end the lock (POSIX).
 */
export function lockDirectory(directory: string, codes: LockErrorCodes = logCodes): DirLock {
  const file = path.join(directory, 'writer.lock')
  const pidFile = path.join(directory, 'writer.pid')
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { timeout: retryMs })
    database.exec('PRAGMA journal_mode = MEMORY')
    database.exec('BEGIN EXCLUSIVE')
    fs.writeFileSync(pidFile, `${process.pid}\n`)
  } catch (error) {
    database?.close()
    throw lockError(error, codes, directory, pidFile)
  }
  return new HeldLock(database, pidFile)
}

class HeldLock implements DirLock {
  readonly #pidFile: string
  #database: DatabaseSync | undefined

  constructor(database: DatabaseSync, pidFile: string) {
    this.#database = database
    this.#pidFile = pidFile
  }

  release(): void {
    if (this.#database === undefined) return
    fs.rmSync(this.#pidFile, { force: true })
    this.#database.close()
    this.#database = undefined
  }
}

function lockError(error: unknown, codes: LockErrorCodes, directory: string, pidFile: string): HeadraceError {
  const busy = error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy
  if (busy) {
    return new HeadraceError(codes.locked, `process ${holderOf(pidFile)} is writing here`, {
      file: directory,
      cause: error,
    })
  }
  if (!fs.existsSync(directory)) {
    return new HeadraceError(codes.missing, 'there is no such directory', { file: directory, cause: error })
  }
  return new HeadraceError(codes.other, `cannot lock: ${messageOf(error)}`, { file: directory, cause: error })
}

function holderOf(pidFile: string): string {
  try {
    return fs.readFileSync(pidFile, 'utf8').trim()
  } catch {
    return '(unknown)'
  }
}
