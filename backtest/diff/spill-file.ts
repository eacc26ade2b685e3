import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HeadraceError } from '../../engine/errors.ts'

/** What does not fit into memory for the time being. The file has no name any more: whatever ends us, it goes. */
export class SpillFile {
  private fd: number | undefined
  private end = 0

  /** Gives where the bytes are. */
  append(bytes: Uint8Array): number {
    const at = this.end
    this.attempt(fd => {
      for (let done = 0; done < bytes.length; )
        done += writeSync(fd, bytes, done, bytes.length - done, at + done)
    })
    this.end += bytes.length
    return at
  }

  read(at: number, into: Uint8Array): void {
    this.attempt(fd => {
      for (let done = 0; done < into.length; ) {
        const count = readSync(fd, into, done, into.length - done, at + done)
        if (count === 0) throw new RangeError(`it ends before byte ${at + into.length}`)
        done += count
      }
    })
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd)
    this.fd = undefined
  }

  private attempt(work: (fd: number) => void): void {
    try {
      this.fd ??= openUnnamed()
      work(this.fd)
    } catch (cause) {
      const message = 'rows cannot be laid down in the temporary directory (TMPDIR for another)'
      throw new HeadraceError('HR_DIFF_SPILL', message, { cause, file: tmpdir() })
    }
  }
}

function openUnnamed(): number {
  const dir = mkdtempSync(join(tmpdir(), 'headrace-diff-'))
  try {
    return openSync(join(dir, 'rows'), 'wx+')
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
