import type { HeadraceError } from '../errors.ts'
import type { Progress } from '../progress.ts'
import type { Evolution } from '../recovery/task-state.ts'

export interface HandProgress extends Progress {
  readonly commits: number
  /** Time of day of the last commit. */
  readonly committedAt: number
}

/** Who hears of what goes on at a hand. */
export interface HandListener {
  /** A task was taken from us while it was still ours to do, by another process or by the broker. It is closed, after so many commits. */
  fenced(task: string, commits: number, error: HeadraceError): void
  failed(error: unknown): void
  evolved(changes: readonly Evolution[]): void
  notice(message: string): void
}

/** What works on some of the tasks of a shared job: this thread, or a worker thread. */
export interface Hand {
  readonly progress: HandProgress
  /** Gives up all tasks and looks at the job's topics anew. Once before the first task. */
  replan(): Promise<void>
  /**
   * Works on these tasks and no others from now on: commits and closes what it has to give up, then opens what is
   * new. A newer call overtakes one that is still opening.
   */
  assign(tasks: readonly string[], pass?: unknown): Promise<void>
  /** How much has been done so far; null while there is something left to do. */
  quiet(): Promise<number | null>
  /** Gives up all tasks; commits them first unless it is to abort. */
  close(abort: boolean): Promise<void>
}
