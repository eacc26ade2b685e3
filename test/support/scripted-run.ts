import type { Counts, Running } from '../../engine/progress.ts'
import { noCounts } from '../../engine/progress.ts'

interface Reached {
  readonly counts: Partial<Counts>
  readonly lag: number
  readonly watermark: number | null
  readonly commits: number
  readonly committedAt: number
}

/** A run that is as far as it is told. */
export class ScriptedRun implements Running {
  private reached: Reached = {
    counts: {},
    lag: 0,
    watermark: null,
    commits: 0,
    committedAt: 0,
  }

  reach(change: Partial<Reached>): void {
    this.reached = { ...this.reached, ...change }
  }

  get commits(): number {
    return this.reached.commits
  }

  get committedAt(): number {
    return this.reached.committedAt
  }

  counts(): Counts {
    return { ...noCounts, ...this.reached.counts }
  }

  lag(): number {
    return this.reached.lag
  }

  watermark(): number | null {
    return this.reached.watermark
  }

  async work(): Promise<void> {}

  async close(): Promise<void> {}
}
