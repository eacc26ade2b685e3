import { limits } from '../../../engine/limits.ts'

const firstPauseMs = 100

/** When this process is to ask for a rebalance, which disturbs all of them: rarely, if it comes again and again. */
export class Rejoins {
  /** How often it was asked for. */
  count = 0
  private dueAt = Infinity
  private lastAt = -Infinity
  private pauseMs = 0

  ask(now: number): void {
    if (this.dueAt < Infinity) return
    this.count += 1
    const calm = now - this.lastAt > 2 * limits.groupRejoinPauseMs
    this.pauseMs = calm ? 0 : Math.min(limits.groupRejoinPauseMs, Math.max(firstPauseMs, this.pauseMs * 2))
    this.dueAt = now + this.pauseMs
  }

  dueIn(now: number): number {
    return Math.max(0, this.dueAt - now)
  }

  /** A rebalance begins, whoever has asked for it. */
  begun(now: number): void {
    if (this.dueAt < Infinity) this.lastAt = now
    this.dueAt = Infinity
  }
}
