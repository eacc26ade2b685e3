import type { Manifest } from '../../backtest/manifest.ts'
import { taskName } from '../../engine/assemble.ts'
import type { Plan, Stage } from '../../engine/graph/plan.ts'
import type { TaskMark } from '../../engine/home.ts'
import type { Place } from '../place/place.ts'

type Stretches = Manifest['stretches']

/**
 * What the live job has noted of when its inputs fell idle. Where it has not run, what has nothing in the stretch holds
 * nobody up.
 */
export async function marksOf(planned: Plan, place: Place, stretches: Stretches): Promise<TaskMark[]> {
  const marks = ofFirstStages(planned, await place.marks(planned.job.name))
  const hasRun = marks.length > 0 || (await place.positions(planned.job.name)).length > 0
  return hasRun ? marks : firstStages(planned).flatMap(stage => emptyInputs(stage, stretches))
}

/** What a later stage reads lies elsewhere in a replay, so that its marks have no place there. */
export function ofFirstStages(planned: Plan, marks: readonly TaskMark[]): TaskMark[] {
  const first = firstStages(planned)
  return marks.filter(({ task }) => first.some(({ number }) => task.startsWith(`${number}-`)))
}

function firstStages({ stages }: Plan): Stage[] {
  return stages.filter(({ inputs }) => inputs.every(({ from }) => from === undefined))
}

function emptyInputs(stage: Stage, stretches: Stretches): TaskMark[] {
  const parts = stage.inputs.map(({ source }) => stretches[source.name])
  return parts[0].flatMap((_, partition) => {
    const positions = parts.map(part => part[partition].warmup)
    const isEmpty = (input: number) => positions[input] === parts[input][partition].until
    const empty = positions.keys().filter(isEmpty)
    const task = taskName(stage, partition)
    return [...empty].map(
      input => ({ task, kind: 'idle', input, positions, time: -Number.MAX_VALUE }) as const,
    )
  })
}
