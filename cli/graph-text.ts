import type { Plan } from '../engine/graph/plan.ts'
import type { NodeView } from './graph-view.ts'
import { stageNodes } from './graph-view.ts'
import { parameterLines } from './parameter-text.ts'
import { schemaText } from './schema-text.ts'
import { tableLines } from './table.ts'
import { wrapLine } from './wrap.ts'

const columns = 80

/** The graph as text: stage by stage, each node with what it reads, and its columns where they are not those it reads. */
export function graphText(plan: Plan): string[] {
  const lines = [`job ${plan.job.name}`, ...parameterLines(plan).map(line => `  ${line}`)]
  for (const stage of plan.stages) {
    const topics = [...new Set(stage.inputs.map(input => input.source.name))].join(', ')
    const views = stageNodes(plan, stage)
    const [, ...rows] = tableLines(
      ['', '', ''],
      views.map(view => [view.kind, view.id, from(view)]),
    )
    lines.push('', `stage ${stage.number}: a task for each partition of ${topics}`)
    rows.forEach((row, k) => {
      lines.push(
        `  ${row}`,
        ...wrapLine(`      ${newColumns(views[k], views)}`, columns).filter(line => line.trim() !== ''),
      )
    })
  }
  return lines
}

function from({ isInput, upstream, topic, store }: NodeView): string {
  const streams = upstream.join(', ')
  if (store !== undefined) return `from ${streams} to ${store}`
  if (topic === undefined) return `from ${streams}`
  const named = `topic ${topic.name} (${topic.format})`
  return isInput ? `from ${named}` : `from ${streams} to ${named}`
}

function newColumns({ schema, upstream }: NodeView, views: readonly NodeView[]): string {
  if (schema === undefined) return ''
  const text = schemaText(schema)
  const read = views
    .filter(({ id }) => upstream.includes(id))
    .map(view => view.schema && schemaText(view.schema))
  return read.includes(text) ? '' : text
}
