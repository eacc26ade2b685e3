import type { Clock } from './clock.ts'

/** What came of work that took too long; the work itself goes on, and nobody hears of its end. */
export const tooLate = Symbol('too late')

/** Waits for work, but not for ever. */
export async function withinTime<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | typeof tooLate> {
  const done = new AbortController()
  try {
    return await Promise.race([work, clock.wait(ms, done.signal).then((): typeof tooLate => tooLate)])
  } finally {
    // Without a reason, one with a stack would be made each time.
    done.abort(tooLate)
  }
}
