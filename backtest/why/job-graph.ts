import type { GraphNode } from '../../engine/graph/build.ts'
import type { Plan, Stage } from '../../engine/graph/plan.ts'
import type { Lineage } from '../../engine/lineage.ts'

/** A job's graph, walked from its ends back. */
export class JobGraph {
  readonly plan: Plan
  private readonly inputs: ReadonlySet<string>

  constructor(plan: Plan) {
    this.plan = plan
    this.inputs = new Set(plan.stages.flatMap(stage => stage.inputs.map(({ id }) => id)))
  }

  node(id: string): GraphNode | undefined {
    return this.plan.nodes.get(id)
  }

  kindOf(id: string): string {
    return this.node(id)?.kind ?? ''
  }

  /** Undefined for what passes rows on. */
  lineageOf(id: string): Lineage | undefined {
    return this.node(id)?.step?.running?.lineage
  }

  /** What a node reads: of a late stream, what the step reads whose rows came too late. */
  private readBy(id: string): string[] {
    const node = this.node(id)
    if (node === undefined) return []
    const upstream = [...node.upstream]
    return node.kind === 'late' ? upstream.flatMap(step => this.readBy(step)) : upstream
  }

  /**
   * The steps that rows pass on their way to a node, and the nodes that they come from: inputs, and steps that compute
   * rows. Each behind what it reads. With `input` those of one input of a step alone.
   */
  before(id: string, input?: number): { passed: string[]; origins: string[] } {
    const passed: string[] = []
    const origins: string[] = []
    const seen = new Set<string>()
    const visit = (at: string, reads: Iterable<string> = this.readBy(at)): void => {
      for (const upstream of reads) {
        if (seen.has(upstream)) continue
        seen.add(upstream)
        if (this.inputs.has(upstream) || this.lineageOf(upstream) !== undefined) origins.push(upstream)
        else {
          visit(upstream)
          passed.push(upstream)
        }
      }
    }
    visit(id, input === undefined ? undefined : this.node(id)?.step?.context.reads[input])
    return { passed, origins }
  }

  stageOf(id: string): Stage {
    const inputs = this.inputs.has(id) ? new Set([id]) : this.inputsOf(id)
    const found = this.plan.stages.find(stage => stage.inputs.some(input => inputs.has(input.id)))
    return found as Stage
  }

  /** The stages whose rows come to a stage, from near or far. */
  stagesBefore(stage: Stage): Stage[] {
    const direct = stage.inputs.flatMap(({ from }) => (from === undefined ? [] : [this.stageOf(from)]))
    return [...new Set(direct.flatMap(one => [one, ...this.stagesBefore(one)]))]
  }

  private inputsOf(id: string, seen: Set<string> = new Set()): Set<string> {
    if (this.inputs.has(id)) return new Set([id])
    if (seen.has(id)) return new Set()
    seen.add(id)
    const upstream = [...(this.node(id)?.upstream ?? [])]
    return new Set(upstream.flatMap(one => [...this.inputsOf(one, seen)]))
  }
}
