import type { Clock } from '../time/clock.ts'

/** A timer that comes by such a part of the patience too late says that the process stood still. */
const STANDSTILL = 0.05

/** Gives up work that takes too long. One timer serves many short pieces of work, one after the other. */
export class Watchdog {
  private readonly clock: Clock
  private readonly patienceMs: number
  private readonly closed = new AbortController()
  private isWaiting = false
  private began = 0
  private stoodStill = false
  private giveUp: (() => void) | null = null

  constructor(clock: Clock, patienceMs: number) {
    this.clock = clock
    this.patienceMs = patienceMs
  }

  /** Whether the work came to its end in time: else it goes on, and nobody hears of its end. */
  watch(work: Promise<void>): Promise<boolean> {
    this.began = this.clock.now()
    this.stoodStill = false
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
    const due = this.clock.now() + ms
    await this.clock.wait(ms, this.closed.signal)
    this.isWaiting = false
    if (this.giveUp === null || this.closed.signal.aborted) return
    const now = this.clock.now()
    // The work may not have gone on either: it gets its time again, once.
    if (!this.stoodStill && now - due >= STANDSTILL * this.patienceMs) {
      this.stoodStill = true
      this.began = now
    }
    const left = this.began + this.patienceMs - now
    if (left > 0) return this.wait(left)
    this.giveUp()
    this.giveUp = null
  }
}
