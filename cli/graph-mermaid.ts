import type { Plan } from '../engine/graph/plan.ts'
import type { NodeView } from './graph-view.ts'
import { stageNodes } from './graph-view.ts'

/** The graph as a Mermaid flowchart, as Markdown viewers draw it. Topics and stores are drums, stages frames. */
export function graphMermaid(plan: Plan): string[] {
  const names = new Map<string, string>()
  const nameOf = (key: string) => {
    const name = names.get(key) ?? `n${names.size}`
    names.set(key, name)
    return name
  }
  const places = new Set<string>()
  const edges: string[] = []
  const frames = plan.stages.flatMap(stage => {
    const views = stageNodes(plan, stage)
    for (const view of views) {
      const own = nameOf(`node:${stage.number}:${view.id}`)
      for (const id of view.upstream) edges.push(`  ${nameOf(`node:${stage.number}:${id}`)} --> ${own}`)
      const place = view.topic?.name ?? view.store
      if (place === undefined) continue
      places.add(place)
      const drum = nameOf(`place:${place}`)
      edges.push(view.isInput ? `  ${drum} --> ${own}` : `  ${own} --> ${drum}`)
    }
    const nodes = views.map(view => `    ${nameOf(`node:${stage.number}:${view.id}`)}${shape(view)}`)
    return [`  subgraph stage${stage.number}["stage ${stage.number}"]`, ...nodes, '  end']
  })
  const drums = [...places].map(place => `  ${nameOf(`place:${place}`)}[("${quoted(place)}")]`)
  return ['flowchart LR', ...drums, ...frames, ...edges]
}

function shape({ id, kind }: NodeView): string {
  return `["${quoted(kind)}<br/>${quoted(id)}"]`
}

function quoted(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
