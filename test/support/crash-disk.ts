import path from 'node:path'
import type { FileOps } from '../../engine/files/files.ts'

/** Numbers from 0 up to 1, repeatable: what survives a crash must be the same when a seed is given again. */
export type Random = () => number

interface Write {
  readonly position: number
  readonly bytes: Uint8Array
}

/** A file's bytes as they are on disk for certain, and what was done to them since the last sync. */
class Inode {
  durable: Uint8Array = new Uint8Array(0)
  current: Uint8Array = new Uint8Array(0)
  unsynced: Write[] = []

  write(position: number, bytes: Uint8Array): void {
    this.current = overlay(this.current, position, bytes)
    this.unsynced.push({ position, bytes })
  }

  truncate(length: number): void {
    const kept = new Uint8Array(length)
    kept.set(this.current.subarray(0, length))
    this.current = kept
    this.durable = this.durable.slice(0, length)
    this.unsynced = this.unsynced
      .filter(write => write.position < length)
      .map(write => ({ position: write.position, bytes: write.bytes.slice(0, length - write.position) }))
  }

  sync(): void {
    this.durable = this.current.slice()
    this.unsynced = []
  }

  /** Each sector of each unsynced write reaches the disk or does not; a later one leaves zeros before it. */
  crash(random: Random): void {
    const sector = 1 + Math.floor(random() * 40)
    const keep = random()
    for (const { position, bytes } of this.unsynced) {
      for (let at = 0; at < bytes.length; at += sector) {
        const part = bytes.subarray(at, at + sector)
        if (random() < keep) this.durable = overlay(this.durable, position + at, part)
      }
    }
    this.current = this.durable.slice()
    this.unsynced = []
  }
}

function overlay(bytes: Uint8Array, position: number, part: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.max(bytes.length, position + part.length))
  result.set(bytes)
  result.set(part, position)
  return result
}

type Names = Map<string, Inode>

/**
 * A disk in memory that forgets in a crash what was not synced: bytes by the sector, creations, renames
 * and removals in order from the last. `failAfter` makes one of the following changes fail, or cuts power.
 */
export class CrashDisk implements FileOps {
  private readonly random: Random
  private names: Names = new Map()
  private history: Names[] = [new Map()]
  private readonly handles = new Map<number, Inode>()
  private nextHandle = 1
  private countdown = Number.POSITIVE_INFINITY
  private fault = ''
  changes = 0

  constructor(random: Random) {
    this.random = random
  }

  /** Lets `changes` pass; the next fails with a system code, every time until `heal` if it is ENOSPC. */
  failAfter(changes: number, code: string): void {
    this.countdown = changes
    this.fault = code
  }

  heal(): void {
    this.countdown = Number.POSITIVE_INFINITY
  }

  crash(): void {
    this.heal()
    this.names = this.history[Math.floor(this.random() * this.history.length)]
    this.history = [new Map(this.names)]
    this.handles.clear()
    for (const inode of this.names.values()) inode.crash(this.random)
  }

  bytesOf(file: string): Uint8Array {
    return this.inode(file).current.slice()
  }

  /** Puts bytes in place, durable, as bit rot and people do. */
  put(file: string, bytes: Uint8Array): void {
    const inode = new Inode()
    inode.current = bytes.slice()
    inode.sync()
    this.names.set(file, inode)
    this.history = [new Map(this.names)]
  }

  open(file: string, mode: 'read' | 'update'): number {
    if (mode === 'update' && !this.names.has(file)) this.editNames(names => names.set(file, new Inode()))
    const handle = this.nextHandle++
    this.handles.set(handle, this.inode(file))
    return handle
  }

  read(fd: number, into: Uint8Array, at: number, length: number, position: number): number {
    const part = this.handle(fd).current.subarray(position, position + length)
    into.set(part, at)
    return part.length
  }

  /** Like a real disk it may write less than asked, and some of the bytes before it fails. */
  write(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number {
    const inode = this.handle(fd)
    const failing = this.countdown <= 0
    const count = failing || this.random() < 0.1 ? Math.floor(this.random() * length) : length
    if (count > 0) inode.write(position, bytes.slice(at, at + count))
    this.change()
    return count
  }

  sync(fd: number): void {
    this.change()
    this.handle(fd).sync()
  }

  truncate(fd: number, length: number): void {
    this.change()
    this.handle(fd).truncate(length)
  }

  size(fd: number): number {
    return this.handle(fd).current.length
  }

  close(fd: number): void {
    if (!this.handles.delete(fd)) throw failure('EBADF')
  }

  rename(from: string, to: string): void {
    const inode = this.inode(from)
    this.editNames(names => {
      names.delete(from)
      names.set(to, inode)
    })
  }

  remove(file: string): void {
    if (this.names.has(file)) this.editNames(names => names.delete(file))
  }

  list(directory: string): string[] {
    return [...this.names.keys()]
      .filter(file => path.dirname(file) === directory)
      .map(file => path.basename(file))
  }

  makeDirectory(): void {}

  syncDirectory(): void {
    this.change()
    this.history = [new Map(this.names)]
  }

  private editNames(edit: (names: Names) => void): void {
    this.change()
    edit(this.names)
    this.history.push(new Map(this.names))
  }

  private change(): void {
    this.changes++
    if (this.countdown-- > 0) return
    if (this.fault !== 'ENOSPC') this.heal()
    throw failure(this.fault)
  }

  private inode(file: string): Inode {
    const inode = this.names.get(file)
    if (inode === undefined) throw failure('ENOENT')
    return inode
  }

  private handle(fd: number): Inode {
    const inode = this.handles.get(fd)
    if (inode === undefined) throw failure('EBADF')
    return inode
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: made by the test`), { code })
}
