import path from 'node:path'
import type { FileOps } from '../../engine/files/files.ts'
import { diskFiles, readFully, writeFully } from '../../engine/files/files.ts'

/** How a file was before one change of it that is not durable yet. */
interface Undo {
  readonly position: number
  readonly before: Uint8Array
  readonly sizeBefore: number
  /** Empty for a truncation. */
  readonly written: Uint8Array
}

/** Picks a whole number from 0 to `most`, both included. */
export type Pick = (most: number) => number

/**
 * The real file system, except that it fails when told to: full or broken after a number of bytes, short
 * writes, and a crash of the machine that loses part of what was not synced. Syncs cost nothing here.
 * Creations, renames and removals count as durable at once.
 */
export class FailingFiles implements FileOps {
  /** Longest single write. */
  shortWriteBytes = Infinity
  readonly #undo = new Map<string, Undo[]>()
  readonly #paths = new Map<number, string>()
  #budget = Infinity
  #failure = 'ENOSPC'
  #down = false

  /** After `bytes` more bytes, writes fail with `code`; the one that reaches it is cut short. */
  failAfter(bytes: number, code: 'ENOSPC' | 'EIO' = 'ENOSPC'): void {
    this.#budget = bytes
    this.#failure = code
  }

  /**
   * Cuts the power. Of the changes since a file's last sync some first ones remain, as many as `pick` says, and
   * a part of the next write, the rest of which is missing or zeros. Every later call fails.
   */
  crash(pick: Pick): void {
    this.#down = true
    for (const [file, changes] of this.#undo) {
      const kept = pick(changes.length)
      for (const change of changes.slice(kept).reverse()) this.#revert(file, change)
      const torn = changes[kept]
      if (torn !== undefined && torn.written.length > 0)
        this.#tear(file, torn, pick(torn.written.length), pick(1) === 1)
    }
    this.#undo.clear()
  }

  open(file: string, mode: 'read' | 'update'): number {
    this.#assertUp()
    const fd = diskFiles.open(file, mode)
    this.#paths.set(fd, path.resolve(file))
    return fd
  }

  read(fd: number, into: Uint8Array, at: number, length: number, position: number): number {
    this.#assertUp()
    return diskFiles.read(fd, into, at, length, position)
  }

  write(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number {
    this.#assertUp()
    if (this.#budget === 0) throw systemError(this.#failure)
    const count = Math.min(length, this.shortWriteBytes, this.#budget)
    this.#budget -= count
    this.#remember(fd, position, count, bytes.slice(at, at + count))
    return diskFiles.write(fd, bytes, at, count, position)
  }

  sync(fd: number): void {
    this.#assertUp()
    if (this.#budget === 0) throw systemError(this.#failure)
    this.#undo.delete(this.#paths.get(fd) ?? '')
  }

  truncate(fd: number, length: number): void {
    this.#assertUp()
    this.#remember(fd, length, Math.max(0, diskFiles.size(fd) - length), new Uint8Array(0))
    diskFiles.truncate(fd, length)
  }

  size(fd: number): number {
    this.#assertUp()
    return diskFiles.size(fd)
  }

  close(fd: number): void {
    this.#paths.delete(fd)
    diskFiles.close(fd)
  }

  rename(from: string, to: string): void {
    this.#assertUp()
    const changes = this.#undo.get(path.resolve(from))
    this.#undo.delete(path.resolve(from))
    if (changes !== undefined) this.#undo.set(path.resolve(to), changes)
    diskFiles.rename(from, to)
  }

  remove(file: string): void {
    this.#assertUp()
    this.#undo.delete(path.resolve(file))
    diskFiles.remove(file)
  }

  list(directory: string): string[] {
    this.#assertUp()
    return diskFiles.list(directory)
  }

  makeDirectory(directory: string): void {
    this.#assertUp()
    diskFiles.makeDirectory(directory)
  }

  syncDirectory(): void {
    this.#assertUp()
  }

  #remember(fd: number, position: number, length: number, written: Uint8Array): void {
    const before = new Uint8Array(length)
    const count = readFully(diskFiles, fd, before, position)
    const change = { position, before: before.subarray(0, count), sizeBefore: diskFiles.size(fd), written }
    const file = this.#paths.get(fd) ?? ''
    const changes = this.#undo.get(file)
    if (changes === undefined) this.#undo.set(file, [change])
    else changes.push(change)
  }

  #revert(file: string, { position, before, sizeBefore }: Undo): void {
    const fd = diskFiles.open(file, 'update')
    try {
      writeFully(diskFiles, fd, before, position)
      diskFiles.truncate(fd, sizeBefore)
    } finally {
      diskFiles.close(fd)
    }
  }

  /** Does the first `kept` bytes of a write again, and maybe puts zeros where the rest would be. */
  #tear(file: string, { position, written }: Undo, kept: number, zeros: boolean): void {
    const fd = diskFiles.open(file, 'update')
    try {
      const bytes = Buffer.alloc(zeros ? written.length : kept)
      bytes.set(written.subarray(0, kept))
      writeFully(diskFiles, fd, bytes, position)
    } finally {
      diskFiles.close(fd)
    }
  }

  #assertUp(): void {
    if (this.#down) throw systemError('EIO')
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code })
}
