import { HeadraceError } from '../../errors.ts'
import { stateFault } from './state-faults.ts'

const closed = new Error('the log is closed')

/**
 * Lets writes to a log through until one fails or the log is closed. What is on disk after a failed write
 * is unknown (a second fsync may succeed without the bytes being there): only reopening the log tells.
 */
export class WriteGuard {
  private failure: unknown

  run(file: string, write: () => void, undo: () => void): void {
    if (this.failure !== undefined) {
      const message = 'the log accepts no more: an earlier write failed, or it was closed'
      throw new HeadraceError('HR_STATE_FAILED', message, { file, cause: this.failure })
    }
    try {
      write()
    } catch (error) {
      this.failure = error
      try {
        undo()
      } catch {
        // The disk may be out of reach by now: reopening cuts what is torn, and takes what is whole.
      }
      throw stateFault(error, file)
    }
  }

  /** False if the log was closed before. */
  close(): boolean {
    const first = this.failure !== closed
    this.failure = closed
    return first
  }
}
