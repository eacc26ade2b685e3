import type { Plan } from '../../engine/graph/plan.ts'
import type { Counts } from '../../engine/progress.ts'

/** What is measured of a replay, by name; null where there is nothing to say. */
export type Metrics = Readonly<Record<string, number | null>>

/** What a replay has counted, and how long it took: by sink, and as sums over inputs and steps. */
export function countMetrics({ stages }: Plan, { inputs, steps }: Counts, seconds: number): Metrics {
  const history = stages.flatMap(stage => stage.inputs.filter(({ from }) => from === undefined))
  const rejected = [...history.map(({ id }) => inputs[id]), ...Object.values(steps)]
  return {
    ...Object.fromEntries(sinksOf({ stages }).map(id => [`rows:${id}`, steps[id].out])),
    late: sum(Object.values(steps).map(({ late }) => late)),
    rejected: sum(rejected.map(counts => counts.rejected)),
    read: sum(history.map(({ id }) => inputs[id].read)),
    seconds,
  }
}

/** The names of these, of a job that has not run yet. */
export function countNames(planned: Plan): string[] {
  return [...sinksOf(planned).map(id => `rows:${id}`), 'late', 'rejected', 'read', 'seconds']
}

function sinksOf({ stages }: Pick<Plan, 'stages'>): string[] {
  return stages.flatMap(({ terminals, storeEnds }) => [
    ...terminals.filter(({ kind }) => kind === 'sink').map(({ id }) => id),
    ...storeEnds.map(({ id }) => id),
  ])
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
