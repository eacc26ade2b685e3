import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { HeadraceError, messageOf } from '../../engine/errors.ts'

/** A file that has its name once it is whole. */
export class OutputFile {
  private readonly path: string
  private readonly unfinished: string
  private fd: number | undefined

  constructor(path: string) {
    this.path = path
    this.unfinished = `${path}.new`
    this.attempt(() => {
      this.fd = openSync(this.unfinished, 'w')
    })
  }

  write(bytes: Uint8Array): void {
    this.attempt(() => {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.fd as number, bytes, done, bytes.length - done)
      }
    })
  }

  keep(): void {
    this.attempt(() => {
      this.close()
      renameSync(this.unfinished, this.path)
    })
  }

  /** Unless it was kept. */
  discard(): void {
    if (this.fd === undefined) return
    this.close()
    rmSync(this.unfinished, { force: true })
  }

  private close(): void {
    if (this.fd !== undefined) closeSync(this.fd)
    this.fd = undefined
  }

  private attempt(work: () => void): void {
    try {
      work()
    } catch (cause) {
      const message = `the training set cannot be written: ${messageOf(cause)}`
      throw new HeadraceError('HR_EXPORT_FILE', message, { cause, file: this.path })
    }
  }
}
