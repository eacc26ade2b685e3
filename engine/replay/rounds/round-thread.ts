import { HeadraceError, messageOf } from '../../errors.ts'
import type { Progress } from '../../progress.ts'
import { noCounts } from '../../progress.ts'
import type { Evolution } from '../../recovery/task-state.ts'
import { fromPosted } from '../../workers/posted-error.ts'
import { Thread } from '../../workers/thread.ts'
import type { FromRounds, RoundStart, ToRounds } from './messages.ts'
import type { RoundCommit, RoundReport, RoundWorker } from './round-worker.ts'

interface Listener {
  notify(message: string): void
  onEvolution(changes: readonly Evolution[]): void
}

/** A thread with some of the tasks of a replay, as the main thread knows it. */
export class RoundThread implements RoundWorker {
  progress: Progress = { counts: noCounts, lag: 0, watermark: null }
  private readonly index: number
  private readonly thread: Thread
  private readonly stopped: AbortSignal
  private readonly listener: Listener
  private asked: PromiseWithResolvers<never> | undefined
  private failure: unknown

  constructor(entry: URL, start: RoundStart, stopped: AbortSignal, listener: Listener) {
    this.index = start.index
    this.stopped = stopped
    this.listener = listener
    this.thread = new Thread(entry, start, `headrace-replay-${start.index}`)
    const { worker } = this.thread
    worker.on('message', (message: FromRounds) => this.receive(message))
    worker.on('error', error => this.died(messageOf(error), error))
    worker.on('exit', code => this.died(`it ended by itself with exit code ${code}`))
    stopped.addEventListener('abort', this.stop, { once: true })
    if (stopped.aborted) this.stop()
  }

  next(): Promise<readonly number[]> {
    return this.ask({ type: 'next' })
  }

  round(before: number): Promise<RoundReport> {
    return this.ask({ type: 'round', before })
  }

  commit(snapshot: boolean): Promise<RoundCommit> {
    return this.ask({ type: 'commit', snapshot })
  }

  /** One that is at work still is ended there. */
  async close(): Promise<void> {
    this.stopped.removeEventListener('abort', this.stop)
    try {
      if (this.asked === undefined && this.failure === undefined) await this.ask({ type: 'close' })
    } finally {
      this.failure ??= 'closed'
      await this.thread.end()
    }
  }

  private readonly stop = (): void => this.thread.worker.postMessage({ type: 'stop' } satisfies ToRounds)

  private ask<T>(request: ToRounds): Promise<T> {
    const asked = Promise.withResolvers<T>()
    this.asked = asked as unknown as PromiseWithResolvers<never>
    if (this.failure === undefined) this.thread.worker.postMessage(request)
    else asked.reject(this.failure)
    return asked.promise
  }

  private receive(message: FromRounds): void {
    if (message.type === 'notice') this.listener.notify(message.message)
    else if (message.type === 'evolved') this.listener.onEvolution(message.changes)
    else if (message.type === 'failed') this.fail(fromPosted(message.error))
    else {
      this.progress = message.progress
      const { asked } = this
      this.asked = undefined
      asked?.resolve(message.answer as never)
    }
  }

  private died(what: string, cause?: unknown): void {
    this.fail(new HeadraceError('HR_WORKER_DIED', `worker ${this.index}: ${what}`, { cause }))
  }

  private fail(error: unknown): void {
    this.failure ??= error
    this.asked?.reject(error)
  }
}
