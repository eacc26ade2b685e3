import type { GraphNode } from '../../engine/graph/build.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import type { AuditSums } from './audit-sums.ts'

/** What came to a node, and what those that it reads have given. */
export interface Flow {
  readonly id: string
  readonly from: readonly string[]
  readonly given: number
  readonly taken: number
  /** Behind a repartition: what was given may still be on its way. */
  readonly isLagging: boolean
}

/** The flows of a job's graph, as far as the counts of both ends are known. */
export function flowsOf(sums: AuditSums, plan: Plan): Flow[] {
  const inner = [...plan.nodes.values()].flatMap(node => innerFlow(sums, plan, node))
  const behind = plan.stages.flatMap(({ inputs }) =>
    inputs.flatMap(({ id, from }) => {
      if (from === undefined) return []
      const [given, taken] = [sums.steps.get(from)?.in ?? 0, readBy(sums, id)]
      return [{ id, from: [from], given, taken, isLagging: true }]
    }),
  )
  return [...inner, ...behind]
}

function innerFlow(sums: AuditSums, plan: Plan, node: GraphNode): Flow[] {
  const reads = node.step?.context.reads ?? endReads(plan, node)
  if (reads === null) return []
  const from = reads.flatMap(ids => [...ids])
  const given = from.map(id => givenBy(sums, plan, id))
  const known = given.filter(rows => rows !== null)
  if (from.length === 0 || known.length < given.length) return []
  const taken = sums.steps.get(node.id)?.in ?? 0
  return [{ id: node.id, from, given: known.reduce((sum, rows) => sum + rows, 0), taken, isLagging: false }]
}

/** What a sink reads; null of a node that counts nothing. */
function endReads({ stages }: Plan, { id, upstream }: GraphNode): ReadonlySet<string>[] | null {
  const ends = stages.flatMap(({ terminals, storeEnds }) => [...terminals, ...storeEnds])
  return ends.some(end => end.id === id) ? [upstream] : null
}

/** Rows that a node has given; null where it is not known. */
function givenBy(sums: AuditSums, { nodes }: Plan, id: string): number | null {
  const node = nodes.get(id)
  if (node === undefined) return null
  const [of] = node.upstream
  if (node.kind === 'late') return id === `late:${of}` ? (sums.steps.get(of)?.late ?? 0) : null
  if (node.kind === 'rejected') return rejectedBy(sums, of)
  if (node.step !== undefined) return sums.steps.get(id)?.out ?? 0
  return node.upstream.size === 0 ? passedBy(sums, id) : null
}

function readBy(sums: AuditSums, id: string): number {
  return inputsOf(sums, id).reduce((sum, { read }) => sum + read, 0)
}

function passedBy(sums: AuditSums, id: string): number {
  return inputsOf(sums, id).reduce((sum, { passed }) => sum + passed, 0)
}

function rejectedBy(sums: AuditSums, id: string): number {
  const inputs = inputsOf(sums, id).reduce((sum, { rejected }) => sum + rejected, 0)
  return inputs + (sums.steps.get(id)?.rejected ?? 0)
}

function inputsOf({ inputs }: AuditSums, id: string) {
  return [...inputs.values()].filter(input => input.id === id)
}
