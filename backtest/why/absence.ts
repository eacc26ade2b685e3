import type { Field } from '../../engine/batch/schema.ts'
import type { End } from './end.ts'
import type { Absence, SeenRow } from './explanation.ts'
import type { JobGraph } from './job-graph.ts'
import { StepRows } from './step-rows.ts'
import type { Target } from './target.ts'
import { windowColumn } from './target.ts'

/** The steps that would have computed a row that is not there, asked for what they have of its key and window. */
export function askedOfNone(graph: JobGraph, { id: sink, key }: End, target: Target): StepRows[] {
  const { passed, origins } = graph.before(sink)
  const steps: StepRows[] = []
  for (const id of origins) {
    const lineage = graph.lineageOf(id)
    const schema = graph.node(id)?.step?.running?.schema
    const field = typeof key === 'string' ? schema?.fields[key] : undefined
    if (lineage === undefined || typeof key !== 'string' || field === undefined) continue
    const row = {
      [key]: keyValue(field, target.key),
      ...(target.window !== undefined && { [windowColumn]: target.window }),
    }
    const time = target.window ?? Number.NaN
    steps.push(new StepRows(id, graph, lineage, [{ row, time, text: null, task: null }], [...passed, sink]))
  }
  return steps
}

/** A key as a column has it. */
function keyValue(field: Field, text: string): unknown {
  switch (field.kind) {
    case 'string':
    case 'enum':
      return text
    case 'boolean':
      return text === 'true'
    case 'int':
    case 'long':
    case 'timestamp':
    case 'double':
      return Number(text)
    default:
      return undefined
  }
}

export function absenceOf(steps: readonly StepRows[], ofKey: number, nearest: readonly SeenRow[]): Absence {
  const open = steps.flatMap(({ lineage, wanted, reached }) =>
    wanted.flatMap(one => {
      const ends = lineage.inputs[0].closesAt?.(one)
      return ends !== undefined && !one.found && one.taken.length > 0 && reached < ends
        ? [{ reached, ends }]
        : []
    }),
  )
  return {
    ofKey,
    nearest,
    lost: steps.flatMap(({ lost }) => lost),
    open: open[0] ?? null,
    unknown: [...new Set(steps.flatMap(({ unknown }) => [...unknown]))],
  }
}
