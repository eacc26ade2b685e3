import type { Clock } from '../time/clock.ts'

/** Gives up work that takes too long. One timer serves many short pieces of work, one after the other. */
export class Watchdog {
  private readonly clock: Clock
  private readonly patienceMs: number
  private readonly closed = new AbortController()
  private isWaiting = false
  private began = 0
  private giveUp: (() => void) | null = null

  constructor(clock: Clock, patienceMs: number) {
    this.clock = clock
    this.patienceMs = patienceMs
  }

  /** Whether the work came to its end in time: else it goes on, and nobody hears of its end. */
  watch(work: Promise<void>): Promise<boolean> {
    this.began = this.clock.now()
    return new Promise((resolve, reject) => {
      const giveUp = () => resolve(false)
      const end = () => {
        if (this.giveUp === giveUp) this.giveUp = null
      }
      this.giveUp = giveUp
      work.then(
        () => {
          end()
          resolve(true)
        },
        error => {
          end()
          reject(error)
        },
      )
      if (!this.isWaiting) void this.wait(this.patienceMs)
    })
  }

  close(): void {
    this.closed.abort()
  }

  private async wait(ms: number): Promise<void> {
    this.isWaiting = true
    await this.clock.wait(ms, this.closed.signal)
    this.isWaiting = false
    if (this.giveUp === null || this.closed.signal.aborted) return
    const left = this.began + this.patienceMs - this.clock.now()
    if (left > 0) return this.wait(left)
    this.giveUp()
    this.giveUp = null
  }
}
