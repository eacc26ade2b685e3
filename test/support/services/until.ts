import { setTimeout as delay } from 'node:timers/promises'

const PAUSE_MS = 50

/**
 * Asks again until the answer is true. An error of the question counts as no, and is the cause of the error when time
 * has run out.
 */
export async function until(
  what: string,
  isSo: () => Promise<boolean> | boolean,
  { timeoutMs = 120_000 } = {},
): Promise<void> {
  const end = performance.now() + timeoutMs
  let cause: unknown
  while (performance.now() < end) {
    try {
      if (await isSo()) return
      cause = undefined
    } catch (error) {
      cause = error
    }
    await delay(PAUSE_MS)
  }
  throw new Error(`after ${timeoutMs} ms there is still no ${what}`, { cause })
}
