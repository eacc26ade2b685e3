import { Alarm } from './alarm.ts'

/** Hands what the group assigns to whoever works on it, who asks when it is ready. */
export class Handover {
  private given: readonly string[] = []
  private newest: readonly string[] | undefined
  private lost = false
  private end: { readonly error: unknown } | undefined
  private readonly changed = new Alarm()

  give(tasks: readonly string[]): void {
    this.newest = tasks
    this.changed.ring()
  }

  /** Nothing is ours any more: that is said first, whatever is assigned next. */
  lose(): void {
    this.newest = undefined
    this.lost = this.given.length > 0
    this.changed.ring()
  }

  fail(error: unknown): void {
    this.end ??= { error }
    this.changed.ring()
  }

  async next(signal: AbortSignal): Promise<readonly string[]> {
    for (;;) {
      signal.throwIfAborted()
      if (this.end !== undefined) throw this.end.error
      const tasks = this.take()
      if (tasks !== undefined) return tasks
      await this.changed.wait(signal)
    }
  }

  private take(): readonly string[] | undefined {
    const tasks = this.lost ? [] : this.newest
    if (this.lost) this.lost = false
    else this.newest = undefined
    this.given = tasks ?? this.given
    return tasks
  }
}
