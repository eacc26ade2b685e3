import type { Timer } from './timer-queue.ts'

/** What one call of a process function is about to change: nothing has happened until it is committed. */
export class Draft {
  readonly values: Record<string, unknown> = {}
  /** Timers by name, null for one that is deleted. */
  readonly timers = new Map<string, Pick<Timer, 'kind' | 'time'> | null>()
  /** Whether the timers there were before are deleted. */
  cleared = false

  reset(): void {
    if (this.timers.size > 0) this.timers.clear()
    this.cleared = false
  }
}
