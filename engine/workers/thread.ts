import type { MessagePort } from 'node:worker_threads'
import { MessageChannel, Worker, workerData } from 'node:worker_threads'
import { limits } from '../limits.ts'
import { systemClock } from '../time/clock.ts'
import { tooLate, withinTime } from '../time/within-time.ts'

/**
 * A worker thread that ends by itself when it is asked to. One that is terminated while native code of it runs, such as
 * a model, takes the whole process along.
 */
export class Thread {
  readonly worker: Worker
  private readonly ending: MessagePort
  private readonly exited: Promise<unknown>

  constructor(entry: URL, start: object, name: string) {
    const { port1, port2 } = new MessageChannel()
    this.ending = port1
    this.ending.unref()
    const data = { ...start, ending: port2 }
    this.worker = new Worker(entry, { workerData: data, transferList: [port2], name })
    this.exited = new Promise(resolve => this.worker.once('exit', resolve))
  }

  /** Ends it between two things that it does. Where it does not come to that, it is terminated after all. */
  async end(): Promise<void> {
    this.ending.postMessage('end')
    const ended = await withinTime(systemClock, limits.threadEndMs, this.exited)
    if (ended === tooLate) await this.worker.terminate()
    this.ending.close()
  }
}

/** What a thread calls first, so that it ends when it is asked to. */
export function endWhenAsked(): void {
  const { ending } = workerData as { readonly ending: MessagePort }
  ending.on('message', () => process.exit())
  ending.unref()
}
