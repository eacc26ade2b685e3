import { exitCodes } from './exit-codes.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** npm passes on a Ctrl-C that the terminal has sent to both: what follows this soon is the same one. */
const sameMs = 300

/**
 * The first signal asks for an end after the current turn and a commit, a second one ends the process at
 * once: what was committed is intact, what was not is computed again by the next run.
 */
export class StopSignals {
  private readonly controller = new AbortController()
  private readonly onStop: () => void
  private readonly onAbort: () => void
  private firstAt: number | undefined

  constructor(onStop: () => void, onAbort: () => void) {
    this.onStop = onStop
    this.onAbort = onAbort
    for (const name of signals) process.on(name, this.receive)
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  release(): void {
    for (const name of signals) process.off(name, this.receive)
  }

  private readonly receive = (): void => {
    const now = performance.now()
    if (this.firstAt === undefined) {
      this.firstAt = now
      this.onStop()
      this.controller.abort()
    } else if (now - this.firstAt >= sameMs) {
      this.onAbort()
      process.exit(exitCodes.aborted)
    }
  }
}
