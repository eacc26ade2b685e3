import type { TaskInput } from '../../io/input.ts'
import { isSource } from '../../io/repartition-input.ts'
import { limits } from '../../limits.ts'
import type { Task } from '../../task.ts'

/** Called between two turns of a task. False: it is to stop where it is. */
export type Between = () => boolean | Promise<boolean>

/**
 * A task's part of a round: what its sources have of before a time, up to a number of records, and what there is to
 * read of earlier stages. Which input reads on is decided at places of the log, so that it does not depend on how much
 * of it is at hand at a time. False: there was nothing to do.
 */
export async function playRound(task: Task, before: number, between: Between): Promise<boolean> {
  // What earlier stages have written in the rounds before has no time of its own.
  for (const input of task.inputs) if (isSource(input)) input.feed.before = before
  let left = limits.replayRoundRecords
  let worked = false
  const open = new Set(task.inputs)
  for (let input = furthestBehind(task, open); input && left > 0; input = furthestBehind(task, open)) {
    const { feed } = input
    const begin = feed.position
    admit(task, input, left)
    let moved = false
    while (await task.turn()) {
      moved = true
      if (!(await between())) return true
    }
    left -= feed.position - begin
    // A mark may have been what another input waited for.
    if (moved) for (const other of task.inputs) open.add(other)
    else open.delete(input)
    worked ||= moved
  }
  return worked
}

/** Lets one input read, and no other: up to the next place where they are compared again. */
function admit({ inputs }: Task, input: TaskInput, left: number): void {
  for (const { feed } of inputs) feed.stop = feed.position
  const { position } = input.feed
  const stretch = limits.replayStretchRecords
  const place =
    inputs.length === 1 ? Number.POSITIVE_INFINITY : (Math.floor(position / stretch) + 1) * stretch
  input.feed.stop = Math.min(position + left, place)
}

function furthestBehind({ inputs }: Task, open: ReadonlySet<TaskInput>): TaskInput | undefined {
  let found: TaskInput | undefined
  for (const input of inputs) {
    if (!open.has(input)) continue
    if (found === undefined || input.clock.watermark < found.clock.watermark) found = input
  }
  return found
}
