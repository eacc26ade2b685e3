import fs from 'node:fs'
import path from 'node:path'
import type { ErrorCode } from '../error-codes.ts'
import type { ErrorPlace } from '../errors.ts'
import { HeadraceError, isHeadraceError, messageOf } from '../errors.ts'

/**
 * The file system calls that durable state rests on, and no others: tests put a failing disk in their
 * place. All are synchronous, and throw what node:fs throws.
 */
export interface FileOps {
  /** `read` needs the file to be there; `update` reads and writes, and creates it if it is not. */
  open(file: string, mode: 'read' | 'update'): number
  /** Bytes read; fewer than asked only at the end of the file. */
  read(fd: number, into: Uint8Array, at: number, length: number, position: number): number
  /** Bytes written; may be fewer than asked. */
  write(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number
  /** Makes the file's bytes and length durable. */
  sync(fd: number): void
  truncate(fd: number, length: number): void
  size(fd: number): number
  close(fd: number): void
  rename(from: string, to: string): void
  /** No error if it is not there. */
  remove(file: string): void
  list(directory: string): string[]
  /** Parents too; no error if it is there. */
  makeDirectory(directory: string): void
  /** Makes creations, renames and removals in the directory durable. */
  syncDirectory(directory: string): void
}

const updateFlags = fs.constants.O_RDWR | fs.constants.O_CREAT

export const diskFiles: FileOps = {
  open: (file, mode) => fs.openSync(file, mode === 'read' ? 'r' : updateFlags),
  read: (fd, into, at, length, position) => fs.readSync(fd, into, at, length, position),
  write: (fd, bytes, at, length, position) => fs.writeSync(fd, bytes, at, length, position),
  sync: fd => fs.fdatasyncSync(fd),
  truncate: (fd, length) => fs.ftruncateSync(fd, length),
  size: fd => fs.fstatSync(fd).size,
  close: fd => fs.closeSync(fd),
  rename: (from, to) => fs.renameSync(from, to),
  remove: file => fs.rmSync(file, { force: true }),
  list: directory => fs.readdirSync(directory),
  makeDirectory: directory => {
    fs.mkdirSync(directory, { recursive: true })
  },
  syncDirectory: directory => {
    const fd = fs.openSync(directory, 'r')
    try {
      fs.fsyncSync(fd)
    } finally {
      fs.closeSync(fd)
    }
  },
}

/** Writes all of `bytes`, however short the single writes turn out. */
export function writeFully(files: FileOps, fd: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) at += files.write(fd, bytes, at, bytes.length - at, position + at)
}

/** Fills `into` from `position` as far as the file goes; returns the bytes read. */
export function readFully(files: FileOps, fd: number, into: Uint8Array, position: number): number {
  let at = 0
  while (at < into.length) {
    const count = files.read(fd, into, at, into.length - at, position + at)
    if (count === 0) break
    at += count
  }
  return at
}

/** The whole of a small file, or undefined if it is not there. */
export function readFile(files: FileOps, file: string): Uint8Array | undefined {
  let fd: number
  try {
    fd = files.open(file, 'read')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
  try {
    const bytes = new Uint8Array(files.size(fd))
    return bytes.subarray(0, readFully(files, fd, bytes, 0))
  } finally {
    files.close(fd)
  }
}

/** Puts `bytes` in the place of a file: after a crash it holds the old bytes or the new, never a mix. */
export function replaceFile(files: FileOps, file: string, bytes: Uint8Array): void {
  const fresh = `${file}.new`
  const fd = files.open(fresh, 'update')
  try {
    files.truncate(fd, 0)
    writeFully(files, fd, bytes, 0)
    files.sync(fd)
  } finally {
    files.close(fd)
  }
  files.rename(fresh, file)
  files.syncDirectory(path.dirname(file))
}

/** The system's own code, such as ENOENT. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** Which of our codes a failed file call gets: a full disk always its own, the rest as the caller says. */
export interface FileErrorCodes {
  readonly missing: ErrorCode
  readonly other: ErrorCode
}

export function fileError(error: unknown, codes: FileErrorCodes, place: ErrorPlace): HeadraceError {
  if (isHeadraceError(error)) return error
  const system = systemCode(error)
  if (system === undefined)
    return new HeadraceError('HR_INTERNAL', messageOf(error), { ...place, cause: error })
  const full = system === 'ENOSPC' || system === 'EDQUOT'
  const code = full ? 'HR_DISK_FULL' : system === 'ENOENT' ? codes.missing : codes.other
  return new HeadraceError(code, messageOf(error), { ...place, cause: error })
}
