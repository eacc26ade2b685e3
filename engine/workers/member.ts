import { HeadraceError, messageOf } from '../errors.ts'
import type { Progress } from '../progress.ts'
import { noCounts } from '../progress.ts'
import type { Evolution } from '../recovery/task-state.ts'
import type { FromWorker, ToWorker, WorkerCommit, WorkerStart } from './messages.ts'
import { fromPosted } from './posted-error.ts'
import { Thread } from './thread.ts'

/** Who hears of a worker what concerns the others too. */
export interface MemberListener {
  commit(worker: number, commit: WorkerCommit): void
  idle(): void
  failed(error: unknown): void
  notice(message: string): void
}

const nothing: Progress = { counts: noCounts, lag: 0, watermark: null }

/** One worker thread, as the main thread knows it. */
export class Member {
  progress = nothing
  /** It has found nothing to do after so many publishing commits; NaN before. */
  idleAt = Number.NaN
  private readonly index: number
  private readonly thread: Thread
  private readonly listener: MemberListener
  private readonly opened = Promise.withResolvers<readonly Evolution[]>()
  private readonly ended = Promise.withResolvers<void>()
  private isOver = false

  constructor(entry: URL, start: WorkerStart, listener: MemberListener) {
    this.index = start.index
    this.listener = listener
    this.thread = new Thread(entry, start, `headrace-${start.index}`)
    const { worker } = this.thread
    worker.on('message', (message: FromWorker) => this.receive(message))
    worker.on('error', error => this.fail(died(this.index, messageOf(error), error)))
    worker.on('exit', code => this.fail(died(this.index, `it ended by itself with exit code ${code}`)))
  }

  /** What a changed job has made of the stored state. */
  get ready(): Promise<readonly Evolution[]> {
    return this.opened.promise
  }

  get done(): Promise<void> {
    return this.ended.promise
  }

  post(message: ToWorker): void {
    this.thread.worker.postMessage(message)
  }

  /** Ends the thread, whatever it works on. */
  async end(): Promise<void> {
    this.isOver = true
    await this.thread.end()
  }

  private receive(message: FromWorker): void {
    if (this.isOver) return
    if ('progress' in message) this.progress = message.progress
    if (message.type === 'ready') this.opened.resolve(message.changes)
    if (message.type === 'notice') this.listener.notice(message.message)
    if (message.type === 'failed') this.fail(fromPosted(message.error))
    if (message.type === 'commit') {
      this.idleAt = Number.NaN
      this.listener.commit(this.index, message.commit)
    }
    if (message.type === 'idle') {
      this.idleAt = message.published
      this.listener.idle()
    }
    if (message.type === 'done') {
      this.isOver = true
      this.ended.resolve()
    }
  }

  private fail(error: unknown): void {
    if (this.isOver) return
    this.isOver = true
    this.listener.failed(error)
  }
}

function died(index: number, what: string, cause?: unknown): HeadraceError {
  return new HeadraceError('HR_WORKER_DIED', `worker ${index}: ${what}`, { cause })
}
