import { HeadraceError } from '../errors.ts'
import type { Plan } from '../graph/plan.ts'
import type { TaskMark } from '../home.ts'
import type { TaskInput } from '../io/input.ts'
import type { Mark } from '../state/log/marks-log.ts'

/**
 * The marks of a live run, to be repeated in another run over the same input: each comes when the inputs
 * are where they were then, and none of them reads on before it has come.
 */
export class ReplayMarks {
  /** Whether a mark whose place the inputs have reached has to wait. */
  isAhead: ((mark: Mark, inputs: readonly TaskInput[]) => boolean) | undefined
  private readonly marks: readonly Mark[]
  private next = 0

  constructor(marks: readonly Mark[]) {
    this.marks = marks
  }

  /** Those that a checkpoint says have been applied. */
  skip(count: number): void {
    this.next = count
  }

  /** The mark whose place the inputs have reached; they may read as far as the place of the next one. */
  due(inputs: readonly TaskInput[]): Mark | undefined {
    const mark = this.marks[this.next]
    const place = (input: number) => mark?.positions[input] ?? Number.POSITIVE_INFINITY
    inputs.forEach(({ feed }, input) => {
      feed.until = place(input)
    })
    if (mark === undefined || inputs.some(({ feed }, input) => feed.position < place(input))) return
    if (this.isAhead?.(mark, inputs)) return
    this.next++
    return mark
  }
}

/** What a later stage reads lies elsewhere in another run, so that its marks have no place there. */
export function checkReplay({ job, stages }: Plan, marks: readonly TaskMark[] | null): void {
  const later = stages.filter(({ inputs }) => inputs.some(({ from }) => from !== undefined))
  const lost = marks?.find(({ task }) => later.some(({ number }) => task.startsWith(`${number}-`)))
  if (lost === undefined) return
  const message = `task ${lost.task} reads a repartition, so that what it waited for cannot be repeated`
  throw new HeadraceError('HR_REPLAY_MARKS', message, { job: job.name })
}
