import type { TaskInput } from '../../engine/io/input.ts'
import type { Mark } from '../../engine/state/log/marks-log.ts'
import type { Task } from '../../engine/task.ts'

/** Holds back the marks of a task that were made later than the time that it is led to. */
export class MarkGate {
  now = Number.NEGATIVE_INFINITY
  private readonly task: Task
  private held: Mark | undefined
  private passing: Mark | undefined

  constructor(task: Task) {
    this.task = task
    if (task.replay !== null) task.replay.isAhead = (mark, inputs) => this.isAhead(mark, inputs)
  }

  /** Lets the mark pass that is held back where a record behind it has come. False: there is none. */
  async look(): Promise<boolean> {
    const { held, now } = this
    if (held === undefined) return false
    for (const { feed } of this.task.inputs) {
      if ((await feed.nextTime()) > now) continue
      this.passing = held
      this.held = undefined
      return true
    }
    return false
  }

  private isAhead(mark: Mark, inputs: readonly TaskInput[]): boolean {
    const isAhead = mark !== this.passing && momentOf(mark, inputs) > this.now
    this.held = isAhead ? mark : undefined
    return isAhead
  }
}

/** When a mark was made, by the timestamps of the records before it, if no later record tells. */
function momentOf({ kind, input, time }: Mark, inputs: readonly TaskInput[]): number {
  // Event time went on at the pace of the clock.
  if (kind === 'time') {
    const heard = inputs.filter(({ feed }) => feed.lastTime > Number.NEGATIVE_INFINITY)
    return Math.min(...heard.map(({ feed, clock }) => feed.lastTime + time - clock.watermark))
  }
  if (input === undefined) return time
  if (kind === 'idle') return inputs[input].feed.lastTime + inputs[input].spec.idleAfterMs
  // Both came with a record of their input; the time of day is of no use before.
  return kind === 'awake' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
}
