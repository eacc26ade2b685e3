import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'

/**
 * Makes commits durable that SQLite has only written: its write-ahead log holds them until a checkpoint, which
 * waits for the disk by itself. Whoever asks while the disk is busy shares the next round with all others.
 */
export class LogSync {
  private readonly path: string
  private file: Promise<FileHandle> | undefined
  private written = 0
  private synced = 0
  private round: Promise<void> | undefined

  constructor(path: string) {
    this.path = path
  }

  /** There is a commit more. */
  wrote(): void {
    this.written++
  }

  async sync(): Promise<void> {
    const wanted = this.written
    while (this.synced < wanted) {
      this.round ??= this.next().finally(() => {
        this.round = undefined
      })
      await this.round
    }
  }

  close(): void {
    this.file?.then(file => file.close()).catch(() => {})
    this.file = undefined
  }

  private async next(): Promise<void> {
    const upTo = this.written
    this.file ??= open(this.path, 'r+')
    await (await this.file).datasync()
    this.synced = upTo
  }
}
