/** The time of day, injected: nothing else in the engine and the operators asks the system for it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after `ms`, or at once when the signal aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) =>
    new Promise(resolve => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done, { once: true })
    }),
}

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
  private time: number
  private waiting: { at: number; wake: () => void }[] = []

  constructor(start = 0) {
    this.time = start
  }

  now(): number {
    return this.time
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      if (signal?.aborted) return resolve()
      this.waiting.push({ at: this.time + ms, wake: resolve })
      signal?.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  advance(ms: number): void {
    this.time += ms
    const due = this.waiting.filter(waiter => waiter.at <= this.time)
    this.waiting = this.waiting.filter(waiter => waiter.at > this.time)
    for (const waiter of due) waiter.wake()
  }
}
