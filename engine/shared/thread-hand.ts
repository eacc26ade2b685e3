import { HeadraceError, messageOf } from '../errors.ts'
import { limits } from '../limits.ts'
import { noCounts } from '../progress.ts'
import type { JobModule } from '../workers/job-module.ts'
import type { WorkerEntry } from '../workers/pool.ts'
import { fromPosted } from '../workers/posted-error.ts'
import type { ServiceModules } from '../workers/service-modules.ts'
import { Thread } from '../workers/thread.ts'
import type { Hand, HandListener, HandProgress } from './hand.ts'
import type { FromHand, HandRequest, HandStart, ToHand } from './hand-messages.ts'

export interface ThreadPlace {
  readonly entry: WorkerEntry
  readonly jobModule: JobModule
  readonly services: ServiceModules
}

/** A worker thread that works on tasks, as the main thread knows it. */
export class ThreadHand implements Hand {
  progress: HandProgress = {
    counts: noCounts,
    lag: 0,
    watermark: null,
    commits: 0,
    committedAt: 0,
  }
  private readonly index: number
  private readonly thread: Thread
  private readonly listener: HandListener
  private readonly asked = new Map<number, PromiseWithResolvers<number | null>>()
  private nextId = 0
  private isOver = false

  constructor(
    index: number,
    { entry, jobModule, services }: ThreadPlace,
    commitEveryMs: number,
    listener: HandListener,
  ) {
    this.index = index
    this.listener = listener
    const { module, homeOptions } = entry
    const start: HandStart = { job: jobModule, homeOptions, services, limits: { ...limits }, commitEveryMs }
    this.thread = new Thread(module, start, `headrace-${index}`)
    const { worker } = this.thread
    worker.on('message', (message: FromHand) => this.receive(message))
    worker.on('error', error => this.died(messageOf(error), error))
    worker.on('exit', code => this.died(`it ended by itself with exit code ${code}`))
  }

  async replan(): Promise<void> {
    await this.ask({ type: 'replan' })
  }

  async assign(tasks: readonly string[], pass?: unknown): Promise<void> {
    await this.ask({ type: 'assign', tasks, pass })
  }

  quiet(): Promise<number | null> {
    return this.ask({ type: 'quiet' })
  }

  async close(abort: boolean): Promise<void> {
    if (this.isOver) return
    if (!abort) await this.ask({ type: 'close' })
    this.isOver = true
    await this.thread.end()
  }

  private ask(request: HandRequest): Promise<number | null> {
    const answer = Promise.withResolvers<number | null>()
    const id = this.nextId++
    this.asked.set(id, answer)
    const message: ToHand = { ...request, id }
    this.thread.worker.postMessage(message)
    return answer.promise
  }

  private receive(message: FromHand): void {
    if (this.isOver) return
    const { listener } = this
    if (message.type === 'progress') this.progress = message.progress
    else if (message.type === 'answer') this.answered(message.id)?.resolve(message.value)
    else if (message.type === 'refusal') this.answered(message.id)?.reject(fromPosted(message.error))
    else if (message.type === 'evolved') listener.evolved(message.changes)
    else if (message.type === 'notice') listener.notice(message.message)
    else if (message.type === 'fenced')
      listener.fenced(message.task, message.commits, fromPosted(message.error) as HeadraceError)
    else listener.failed(fromPosted(message.error))
  }

  private answered(id: number): PromiseWithResolvers<number | null> | undefined {
    const answer = this.asked.get(id)
    this.asked.delete(id)
    return answer
  }

  private died(what: string, cause?: unknown): void {
    if (this.isOver) return
    this.isOver = true
    const error = new HeadraceError('HR_WORKER_DIED', `worker ${this.index}: ${what}`, { cause })
    for (const { reject } of this.asked.values()) reject(error)
    this.listener.failed(error)
  }
}
