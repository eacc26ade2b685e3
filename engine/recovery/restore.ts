import { HeadraceError } from '../errors.ts'
import type { Plan } from '../graph/plan.ts'
import type { CheckpointRecord } from '../home.ts'
import type { Task } from '../task.ts'
import type { TaskPart } from './checkpoint.ts'
import { decodeCheckpoint } from './checkpoint.ts'
import type { Evolution } from './task-state.ts'
import { loadTask } from './task-state.ts'

export interface Restored {
  readonly changes: readonly Evolution[]
  /** Nothing was stored: the tasks begin. */
  readonly isNew: boolean
}

/**
 * Brings new tasks to where the job was when it was committed last: the snapshot first, then the deltas.
 * What is not for `only` these tasks, others restore.
 */
export function restore(
  plan: Plan,
  tasks: readonly Task[],
  records: Iterable<CheckpointRecord>,
  reset: ReadonlySet<string>,
  only: (task: string) => boolean,
): Restored {
  const job = plan.job.name
  const changes: Evolution[] = []
  const known = new Set<string>()
  const steps = new Set(plan.nodes.keys())
  for (const task of tasks) for (const { feed } of task.inputs) feed.seek(feed.source.startOffset())
  for (const record of records) {
    for (const part of decodeCheckpoint(record, job)) {
      const isFirst = !known.has(part.record.name)
      known.add(part.record.name)
      for (const { id } of part.record.steps) steps.add(id)
      if (!only(part.record.name)) continue
      const changed = loadTask(taskOf(part, tasks, job), part, reset)
      if (isFirst) changes.push(...changed)
    }
  }
  for (const task of tasks) for (const step of task.steps) step.running?.state?.restored?.()
  checkReset(reset, steps, job)
  for (const task of tasks) checkAdded(task, known, reset, job)
  return { changes, isNew: known.size === 0 }
}

function taskOf({ record }: TaskPart, tasks: readonly Task[], job: string): Task {
  const task = tasks.find(({ name }) => name === record.name)
  if (task !== undefined) return task
  const message = `there is state of task ${record.name}, but the job has no such task any more: its stages or partitions changed`
  throw new HeadraceError('HR_STATE_INCOMPATIBLE', message, { job })
}

function checkReset(reset: ReadonlySet<string>, steps: ReadonlySet<string>, job: string): void {
  const unknown = [...reset].find(id => !steps.has(id))
  if (unknown === undefined) return
  const message = `"${unknown}" is to be reset: there are ${[...steps].join(', ')}`
  throw new HeadraceError('HR_STEP_UNKNOWN', message, { job })
}

/** With more partitions keys go to other tasks than the one that holds their state. */
function checkAdded(task: Task, known: ReadonlySet<string>, reset: ReadonlySet<string>, job: string): void {
  if (known.has(task.name) || !known.has(`${task.name.split('-')[0]}-0`)) return
  const step = task.steps.find(({ id, running }) => running?.state !== undefined && !reset.has(id))
  if (step === undefined) return
  const message = `there is no state of task ${task.name}, but of others: the topics have got more partitions`
  throw new HeadraceError('HR_STATE_INCOMPATIBLE', message, { job, step: step.id })
}
