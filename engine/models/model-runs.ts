import type { Column } from '../batch/columns.ts'
import type { LoadedModel } from './model-home.ts'
import type { OutputColumn } from './output-columns.ts'
import type { Watchdog } from './watchdog.ts'

/** One version at work: its runs come one after the other, also where one of them was given up. */
export class ModelRuns {
  readonly model: LoadedModel
  private readonly watchdog: Watchdog
  private last: Promise<void> = Promise.resolve()
  /** A run that was given up, and has not ended yet. */
  private late: Promise<void> | null = null

  constructor(model: LoadedModel, watchdog: Watchdog) {
    this.model = model
    this.watchdog = watchdog
  }

  /** Whether a run that was given up is still under way. */
  get isStuck(): boolean {
    return this.late !== null
  }

  /** False: it did not come to its end in time. */
  async run(
    inputs: readonly Column[],
    outputs: readonly OutputColumn[],
    from: number,
    rows: number,
  ): Promise<boolean> {
    if (this.late !== null && !(await this.watchdog.watch(this.late))) return false
    const work = this.model.score(inputs, outputs, from, rows)
    this.last = work
    if (await this.watchdog.watch(work)) return true
    const ended = () => {
      this.late = null
    }
    this.late = work.then(ended, ended)
    return false
  }

  /** When the run that is under way has ended. */
  async close(): Promise<void> {
    await this.last.catch(() => {})
    await this.model.close()
  }
}
