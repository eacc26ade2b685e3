import { setTimeout as delay } from 'node:timers/promises'
import { HeadraceError, messageOf } from '../../../engine/errors.ts'
import { limits } from '../../../engine/limits.ts'
import type { Notify } from '../config.ts'
import { KafkaDisconnected } from '../net/disconnected.ts'
import { kafkaError } from '../protocol/kafka-errors.ts'

/** A broker's error code that may pass: thrown where `retrying` is to try again. */
export class RetriableError extends Error {
  override readonly name = 'RetriableError'
  readonly code: number

  constructor(request: string, code: number) {
    super(`${request}: ${kafkaError(code).name}`)
    this.code = code
  }
}

const firstPauseMs = 5
const noticeAfterMs = 1000

/** Runs the action again while it fails in a way that may pass, with growing pauses, and not for ever. */
export function retrying<T>(
  what: string,
  { notify }: { readonly notify: Notify },
  action: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  return retryingFor(limits.kafkaRetryMs, what, notify, action, signal)
}

export async function retryingFor<T>(
  limitMs: number,
  what: string,
  notify: Notify,
  action: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const begun = performance.now()
  let said = false
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted()
    try {
      const value = await action()
      if (said) notify({ message: `${what} works again` })
      return value
    } catch (error) {
      if (!mayPass(error)) throw error
      const spentMs = performance.now() - begun
      if (spentMs > limitMs) throw unreachable(what, limitMs, error)
      const pause = pauseMs(attempt)
      if (spentMs + pause > noticeAfterMs && !said) {
        said = true
        notify({ message: `${what} does not work at present and is tried again: ${messageOf(error)}` })
      }
      await rest(pause, signal)
    }
  }
}

/** Doubles from one attempt to the next; the chance in it keeps many that failed together from coming together. */
export function pauseMs(attempt: number): number {
  const longest = Math.min(limits.kafkaRetryPauseMs, firstPauseMs * 2 ** Math.min(attempt, 20))
  return longest * (0.5 + Math.random() / 2)
}

function mayPass(error: unknown): boolean {
  return error instanceof KafkaDisconnected || error instanceof RetriableError
}

function unreachable(what: string, ms: number, cause: unknown): HeadraceError {
  const message = `${what} has not worked for ${ms} ms: ${messageOf(cause)}`
  return new HeadraceError('HR_KAFKA_UNREACHABLE', message, { cause })
}

async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    throw signal?.aborted ? signal.reason : error
  }
}
