import type { Schema } from '../engine/batch/schema.ts'
import type { GraphNode } from '../engine/graph/build.ts'
import type { Plan, Stage } from '../engine/graph/plan.ts'
import type { StoreSpec } from '../engine/stores/stores.ts'
import type { TopicSpec } from '../engine/topic.ts'

/** A node of a stage as it is drawn. */
export interface NodeView {
  readonly id: string
  readonly kind: string
  readonly upstream: readonly string[]
  /** The stage begins with it: it reads a topic. */
  readonly isInput: boolean
  /** The topic that it reads or writes. */
  readonly topic: TopicSpec | undefined
  /** The feature view or series that it writes to. */
  readonly store: string | undefined
  /** Of the rows that come out of it; of a sink, of those that go in. */
  readonly schema: Schema | undefined
}

/** The nodes of one stage, each behind all that it reads. */
export function stageNodes(plan: Plan, stage: Stage): NodeView[] {
  const seen = new Set<string>()
  const views: NodeView[] = []
  const visit = (id: string): void => {
    const node = plan.nodes.get(id)
    if (node === undefined || seen.has(id)) return
    seen.add(id)
    const view = viewOf(plan, stage, node)
    for (const upstream of view.upstream) visit(upstream)
    views.push(view)
  }
  for (const { id } of [...stage.terminals, ...stage.storeEnds]) visit(id)
  return views
}

function viewOf(plan: Plan, stage: Stage, { id, kind, upstream, step }: GraphNode): NodeView {
  const input = stage.inputs.find(other => other.id === id)
  const terminal = stage.terminals.find(other => other.id === id)
  const store = stage.storeEnds.find(other => other.id === id)?.store
  const schema = step?.running?.schema ?? input?.source.schema ?? plan.schemas.get(id)
  const topic = input?.source ?? terminal?.topic
  // What an input has in front of it in the graph is of another stage.
  const isInput = input !== undefined
  return {
    id,
    kind,
    isInput,
    upstream: isInput ? [] : [...upstream],
    topic,
    store: store && storeText(store),
    schema,
  }
}

function storeText(store: StoreSpec): string {
  return store.kind === 'features' ? `view ${store.name}, version ${store.version}` : `series ${store.name}`
}
