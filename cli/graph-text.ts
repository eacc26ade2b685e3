import type { Plan } from '../engine/plan.ts'
import type { NodeView } from './graph-view.ts'
import { stageNodes } from './graph-view.ts'
import { schemaText } from './schema-text.ts'
import { tableLines } from './table.ts'

/** The graph as text: stage by stage, each node with what it reads and the columns that it gives. */
export function graphText(plan: Plan): string[] {
  const lines = [`job ${plan.job.name}`]
  for (const stage of plan.stages) {
    const topics = [...new Set(stage.inputs.map(input => input.source.name))].join(', ')
    const rows = stageNodes(plan, stage).map(view => [view.kind, view.id, from(view), columns(view)])
    lines.push('', `stage ${stage.number}: a task for each partition of ${topics}`)
    lines.push(...tableLines(['kind', 'id', 'reads', 'columns'], rows).map(line => `  ${line}`))
  }
  return lines
}

function from({ kind, upstream, topic }: NodeView): string {
  const streams = upstream.join(', ')
  if (topic === undefined) return streams
  const named = `topic ${topic.name} (${topic.format})`
  return kind === 'source' || kind === 'table' ? named : `${streams}, writes ${named}`
}

function columns({ schema }: NodeView): string {
  return schema === undefined ? '' : schemaText(schema)
}
