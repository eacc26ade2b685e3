/** Lets others wait until it rings. */
export class Alarm {
  private readonly waiting = new Set<() => void>()

  ring(): void {
    for (const wake of this.waiting) wake()
  }

  /** Resolves when it rings or the time is over; rejects with the signal's reason. */
  wait(signal: AbortSignal, ms?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        this.waiting.delete(wake)
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
        end()
      }
      const wake = () => settle(resolve)
      const abort = () => settle(() => reject(signal.reason))
      const timer = ms === undefined ? undefined : setTimeout(wake, ms)
      this.waiting.add(wake)
      signal.addEventListener('abort', abort)
      if (signal.aborted) abort()
    })
  }
}

/** What the promise becomes, or undefined when that takes too long. Rejects at once when the signal aborts. */
export async function within<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  ms?: number,
): Promise<T | undefined> {
  const settled = new Alarm()
  const end = settled.wait(signal, ms)
  let result: { readonly value: T } | { readonly error: unknown } | undefined
  promise
    .then(
      value => (result = { value }),
      error => (result = { error }),
    )
    .finally(() => settled.ring())
  await end
  if (result !== undefined && 'error' in result) throw result.error
  return result?.value
}
