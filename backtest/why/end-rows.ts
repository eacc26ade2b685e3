import type { Batch } from '../../engine/batch/batch.ts'
import { limits } from '../../engine/limits.ts'
import type { Origin, SeenRow, Segment, TracedRow } from './explanation.ts'
import type { Hop } from './hops.ts'
import { hopsOf, noCounts, passagesOf } from './hops.ts'
import type { JobGraph } from './job-graph.ts'
import { seenRow } from './row-text.ts'
import type { TickTrace } from './tick-trace.ts'
import type { Collector } from './tracer.ts'

/** Says which rows of a batch are looked for. */
export type RowFilter = (batch: Batch) => Iterable<number>

export interface Match {
  readonly task: string
  readonly seen: SeenRow
  readonly origin: Origin
  readonly hops: readonly Hop[]
}

/** Finds rows where a job ends: at a sink, or at what writes for a later stage. */
export class EndRows implements Collector {
  readonly id: string
  readonly nodes: readonly string[]
  /** How many there were. */
  count = 0
  /** The last of them. */
  readonly matches: Match[] = []
  private readonly graph: JobGraph
  private readonly filter: RowFilter
  private readonly keep: number
  private readonly passed: readonly string[]

  constructor(id: string, graph: JobGraph, filter: RowFilter, keep: number = limits.whyRows) {
    const { passed, origins } = graph.before(id)
    this.id = id
    this.graph = graph
    this.filter = filter
    this.keep = keep
    this.passed = passed
    this.nodes = [id, ...passed, ...origins]
  }

  look(trace: TickTrace): void {
    const found = (trace.nodes.get(this.id)?.took ?? []).flatMap(({ batch }) =>
      Array.from(this.filter(batch), row => ({ batch, row, number: batch.originOf(row) })),
    )
    if (found.length === 0) return
    const hops = hopsOf(trace, this.passed, new Set(found.map(({ number }) => number)))
    for (const { batch, row, number } of found) {
      const origin = trace.origin(number, batch.tick)
      if (origin === undefined) continue
      this.count++
      const seen = seenRow(batch, row)
      this.matches.push({ task: trace.task, seen, origin, hops: hops.get(number) ?? [] })
      if (this.matches.length > this.keep) this.matches.shift()
    }
  }

  /** These rows, one step back; so many of them were looked for. */
  segment(matches: readonly Match[], asked = matches.length): Segment {
    const rows = matches.map(
      ({ seen, task, origin }): TracedRow => ({ ...seen, fate: 'taken', step: this.id, task, origin }),
    )
    return {
      step: this.id,
      kind: this.graph.kindOf(this.id) === 'repartition' ? 'repartition' : 'sink',
      explained: matches.map(({ seen }) => seen),
      rows,
      counts: { ...noCounts(), taken: rows.length },
      untold: [],
      exact: true,
      lost: Math.max(0, asked - matches.length),
      passages: passagesOf(
        this.graph,
        this.passed,
        matches.map(({ hops }) => hops),
      ),
    }
  }
}
