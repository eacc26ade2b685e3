import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { Notify } from './config.ts'
import { givenUp, mayPass, refusal } from './errors.ts'

const firstPauseMs = 10
const noticeAfterMs = 1000

/** Tells of an outage once, however many requests suffer from it, and of its end. */
export class Outage {
  readonly name: string
  private readonly notify: Notify
  private suffering = 0
  private said = false

  constructor(name: string, notify: Notify) {
    this.name = name
    this.notify = notify
  }

  enter(): void {
    this.suffering++
  }

  lasts(ms: number, error: unknown): void {
    if (ms < noticeAfterMs || this.said) return
    this.said = true
    this.notify(`${this.name} does not work at present and is tried again: ${messageOf(error)}`)
  }

  leave(isOver: boolean): void {
    if (--this.suffering > 0 || !this.said) return
    this.said = false
    if (isOver) this.notify(`${this.name} works again`)
  }
}

/** Runs the action again while it fails in a way that may pass, with growing pauses, and not for ever. */
export async function retrying<T>(terms: RetryTerms, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    return retryingAfter(error, terms, action)
  }
}

export interface RetryTerms {
  readonly outage: Outage
  readonly limitMs: number
  readonly signal: AbortSignal
}

async function retryingAfter<T>(
  first: unknown,
  { outage, limitMs, signal }: RetryTerms,
  action: () => Promise<T>,
): Promise<T> {
  const begun = performance.now()
  let error = first
  let isOver = false
  outage.enter()
  try {
    for (let attempt = 0; ; attempt++) {
      if (!mayPass(error)) throw refusal(error, outage.name)
      const spentMs = performance.now() - begun
      if (spentMs > limitMs) throw givenUp(error, outage.name, spentMs)
      outage.lasts(spentMs, error)
      await rest(pauseMs(attempt), signal)
      try {
        const value = await action()
        isOver = true
        return value
      } catch (again) {
        error = again
      }
    }
  } finally {
    outage.leave(isOver)
  }
}

/** Doubles from one attempt to the next; the chance in it keeps many that failed together from coming together. */
export function pauseMs(attempt: number): number {
  const longest = Math.min(limits.storePauseMs, firstPauseMs * 2 ** Math.min(attempt, 20))
  return longest * (0.5 + Math.random() / 2)
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal })
  } catch {
    throw signal.reason
  }
}
