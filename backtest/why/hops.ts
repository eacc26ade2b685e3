import type { Batch } from '../../engine/batch/batch.ts'
import type { Fate, Passage, SeenRow } from './explanation.ts'
import type { JobGraph } from './job-graph.ts'
import { seenRow } from './row-text.ts'
import type { TickTrace } from './tick-trace.ts'

export function noCounts(): Record<Fate, number> {
  return { taken: 0, late: 0, missed: 0, rejected: 0, dropped: 0 }
}

/** What a step made of one row. */
export interface Hop {
  readonly step: string
  took: number
  gave: number
  row: SeenRow | null
}

/** How rows of a tick came through steps, by what they go back to. */
export function hopsOf(
  trace: TickTrace,
  steps: readonly string[],
  origins: ReadonlySet<number>,
): ReadonlyMap<number, readonly Hop[]> {
  const found = new Map([...origins].map(origin => [origin, new Map<string, Hop>()]))
  const hop = (origin: number, step: string): Hop => {
    const hops = found.get(origin) as Map<string, Hop>
    const known = hops.get(step) ?? { step, took: 0, gave: 0, row: null }
    hops.set(step, known)
    return known
  }
  for (const step of steps) {
    const node = trace.nodes.get(step)
    for (const { batch } of node?.took ?? [])
      for (const [, at] of rowsOf(batch, origins)) hop(at, step).took++
    for (const batch of node?.gave ?? []) {
      for (const [row, at] of rowsOf(batch, origins)) {
        const one = hop(at, step)
        one.row = one.gave++ === 0 && origins.size === 1 ? seenRow(batch, row) : null
      }
    }
  }
  return new Map([...found].map(([origin, hops]) => [origin, [...hops.values()]]))
}

function rowsOf(batch: Batch, origins: ReadonlySet<number>): [row: number, origin: number][] {
  const rows: [number, number][] = []
  for (let row = 0; row < batch.rows; row++) {
    const origin = batch.originOf(row)
    if (origins.has(origin)) rows.push([row, origin])
  }
  return rows
}

/** The hops of all rows together, step by step in the order of `steps`. */
export function passagesOf(
  graph: JobGraph,
  steps: readonly string[],
  hops: Iterable<readonly Hop[]>,
): Passage[] {
  const byStep = Map.groupBy([...new Set(hops)].flat(), ({ step }) => step)
  return steps.flatMap(step => {
    const all = byStep.get(step) ?? []
    const took = all.reduce((sum, hop) => sum + hop.took, 0)
    if (took === 0) return []
    const gave = all.reduce((sum, hop) => sum + hop.gave, 0)
    return [{ step, kind: graph.kindOf(step), took, gave, row: gave === 1 ? (all[0]?.row ?? null) : null }]
  })
}
