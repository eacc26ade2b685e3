import type { Clock } from '../../time/clock.ts'

/** Timers go no further than 24 days: who waits for longer asks again. */
const longestMs = 3_600_000

/** Lets the time of a replay go by in step with the clock, so many times as fast. */
export class Pace {
  private readonly speed: number
  private readonly clock: Clock
  private readonly last: number
  private origin: { readonly time: number; readonly at: number } | undefined

  /** After `last` nothing waits: a record of the far future must not hold the others up. */
  constructor(speed: number, clock: Clock, last: number) {
    this.speed = speed
    this.clock = clock
    this.last = last
  }

  /** Milliseconds to wait before what is up to `time` may be read; the first time that is asked for is now. */
  wait(time: number): number {
    const reached = Math.min(time, this.last)
    const now = this.clock.now()
    this.origin ??= { time: reached, at: now }
    const ms = this.origin.at + (reached - this.origin.time) / this.speed - now
    return Math.min(Math.max(0, ms), longestMs)
  }
}
