import fs from 'node:fs'
import type { FileOps } from '../../engine/files/files.ts'
import { diskFiles } from '../../engine/files/files.ts'

/** What becomes of the process, or of the disk, at one change of it. */
export interface Fault {
  readonly at: number
  readonly kind: 'kill' | 'ENOSPC' | 'EIO'
  /** How much of a write still gets to the file, from 0 to 1. */
  readonly part: number
}

/** The real file system, counting what is changed; at one of the changes the process is killed, or the disk fails. */
export class FaultFiles implements FileOps {
  changes = 0
  private readonly fault: Fault | undefined
  private readonly onChange: () => void
  readonly open = diskFiles.open
  readonly read = diskFiles.read
  readonly size = diskFiles.size
  readonly close = diskFiles.close
  readonly list = diskFiles.list
  readonly makeDirectory = diskFiles.makeDirectory

  constructor(fault: Fault | undefined, onChange: () => void) {
    this.fault = fault
    this.onChange = onChange
  }

  write(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number {
    const part = Math.floor(length * (this.fault?.part ?? 0))
    this.change(() => part > 0 && fs.writeSync(fd, bytes, at, part, position))
    return diskFiles.write(fd, bytes, at, length, position)
  }

  sync(fd: number): void {
    this.change()
    diskFiles.sync(fd)
  }

  truncate(fd: number, length: number): void {
    this.change()
    diskFiles.truncate(fd, length)
  }

  rename(from: string, to: string): void {
    this.change()
    diskFiles.rename(from, to)
  }

  remove(file: string): void {
    this.change()
    diskFiles.remove(file)
  }

  syncDirectory(directory: string): void {
    this.change()
    diskFiles.syncDirectory(directory)
  }

  /** A full disk stays full. */
  private change(begin?: () => void): void {
    const { fault } = this
    const number = ++this.changes
    this.onChange()
    if (fault === undefined || number < fault.at || (fault.kind === 'EIO' && number > fault.at)) return
    if (number === fault.at) begin?.()
    if (fault.kind === 'kill') process.kill(process.pid, 'SIGKILL')
    throw Object.assign(new Error(`${fault.kind}: made by the test`), { code: fault.kind })
  }
}
