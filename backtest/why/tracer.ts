import type { StepWatch } from '../../engine/graph/watch.ts'
import type { JobRun } from '../../engine/run.ts'
import type { JobGraph } from './job-graph.ts'
import { TickTrace } from './tick-trace.ts'

/** Looks at what was done in each tick of the tasks that it is for. */
export interface Collector {
  /** The nodes that it wants to know of. */
  readonly nodes: Iterable<string>
  look(trace: TickTrace, reached: number): void
}

/** Has collectors see what the tasks of a run do. */
export function trace(run: JobRun, graph: JobGraph, collectors: readonly Collector[]): void {
  const nodes = new Set(collectors.flatMap(collector => [...collector.nodes]))
  const between = run.plan.stages.flatMap(({ inputs }) =>
    inputs.flatMap(({ id, from }) => (from === undefined ? [] : [[id, from] as const])),
  )
  const stages = new Map(between)
  let ticks = 0
  for (const task of run.tasks) {
    let going = new TickTrace(task.name, ticks++, stages)
    const watchOf = (id: string): StepWatch => ({
      took: (batch, input) => going.node(id).took.push({ batch, input }),
      gave: batch => {
        if (graph.lineageOf(id) !== undefined) going.compute(id, batch)
        going.node(id).gave.push(batch)
      },
      late: (batch, input) => going.node(id).late.push({ batch, input }),
      rejected: (batch, row) => going.node(id).rejected.push({ batch, row }),
    })
    for (const { id, context } of task.steps) if (nodes.has(id)) context.watch = watchOf(id)
    for (const context of task.sinks) if (nodes.has(context.id)) context.watch = watchOf(context.id)
    task.watch = {
      began: (input, batch) => going.begin(input, batch),
      ended: tick => {
        for (const collector of collectors) collector.look(going, tick.after)
        going = new TickTrace(task.name, ticks++, stages)
      },
    }
  }
}
