import type { Plan } from '../graph/plan.ts'
import type { TaskRecord } from './checkpoint.ts'
import type { Evolution } from './task-state.ts'
import { adoptState, checkInput } from './task-state.ts'

/**
 * What a restore from a stored task would drop and begin anew, judged before anything runs. Throws what
 * the restore would. The plan is used up by it: its steps have taken the stored shapes for theirs.
 */
export function compareState(plan: Plan, record: TaskRecord): Evolution[] {
  const { name } = plan.job
  const inputs = plan.stages.flatMap(stage => stage.inputs)
  for (const stored of record.inputs) {
    const input = inputs.find(other => other.id === stored.id)
    if (input !== undefined) checkInput(stored, input.source, name)
  }
  return record.steps.flatMap(stored => {
    const step = plan.nodes.get(stored.id)?.step
    if (step !== undefined) return adoptState(step, stored, name) ?? []
    return stored.bytes > 0 ? { step: stored.id, dropped: ['its whole state'], added: [] } : []
  })
}
