import type { Batch } from '../../engine/batch/batch.ts'
import { limits } from '../../engine/limits.ts'
import type { Lineage } from '../../engine/lineage.ts'
import type { Fate, SeenRow, Segment, TracedRow } from './explanation.ts'
import { fates } from './explanation.ts'
import type { Hop } from './hops.ts'
import { hopsOf, noCounts, passagesOf } from './hops.ts'
import type { JobGraph } from './job-graph.ts'
import { seenRow } from './row-text.ts'
import { StepKeys } from './step-keys.ts'
import type { Pending } from './tick-rows.ts'
import { TickRows } from './tick-rows.ts'
import type { TickTrace } from './tick-trace.ts'
import type { Collector } from './tracer.ts'

/** A row that a step has computed, and of which is asked how. */
export interface Asked extends SeenRow {
  /** By what it is known when it comes; null for whatever the step computes for its key and window. */
  readonly text: string | null
  /** Null where it may be any. */
  readonly task: string | null
}

interface Kept extends TracedRow {
  readonly input: number
  /** Of rows, in the order in which they came. */
  readonly number: number
  readonly hops: readonly Hop[]
}

/** A row that is asked of, and what has been found for it. */
export interface Wanted extends Asked {
  found: boolean
  /** Rows taken for its key in earlier ticks. */
  arrived: number
  /** The number of the row with which its key's last window was full; null before there is one. */
  filledAt: number | null
  readonly taken: Kept[]
  readonly apart: Kept[]
}

/** A row that a step has computed, and the step behind it that has made nothing of it. */
export interface Lost {
  readonly step: string
  readonly at: string
  readonly computed: SeenRow
}

/** Finds the rows behind those that a step has computed, and those that would have been. */
export class StepRows implements Collector {
  readonly id: string
  readonly nodes: readonly string[]
  readonly lineage: Lineage
  readonly wanted: readonly Wanted[]
  readonly keys: StepKeys
  readonly graph: JobGraph
  /** Steps on the way to each input. */
  readonly passed: readonly (readonly string[])[]
  readonly lost: Lost[] = []
  /** Steps whose rows do not tell the key. */
  readonly unknown = new Set<string>()
  /** How far event time had come in the task at last. */
  reached = Number.NEGATIVE_INFINITY
  private readonly untold = new Map<string, { fate: Fate; step: string; count: number }>()
  private readonly behind: readonly string[]
  private readonly steps: readonly string[]
  private kept = 0
  private number = 0

  /** `behind`: steps that its rows go on to, where it is of interest what becomes of them. */
  constructor(
    id: string,
    graph: JobGraph,
    lineage: Lineage,
    asked: readonly Asked[],
    behind: readonly string[],
  ) {
    const { passed, origins } = graph.before(id)
    this.id = id
    this.graph = graph
    this.lineage = lineage
    this.wanted = asked.map(one => ({
      ...one,
      found: false,
      arrived: 0,
      filledAt: null,
      taken: [],
      apart: [],
    }))
    this.keys = new StepKeys(lineage, this.wanted)
    this.steps = passed
    this.passed = lineage.inputs.map((_, input) => graph.before(id, input).passed)
    this.behind = behind
    this.nodes = [id, ...passed, ...origins, ...behind]
  }

  look(trace: TickTrace, reached: number): void {
    const wanted = this.wanted.filter(({ task }) => task === null || task === trace.task)
    if (wanted.length === 0) return
    const tick = new TickRows(this, trace)
    tick.read()
    this.reached = Math.max(this.reached, reached)
    for (const { wanted, batch, row } of tick.computed) {
      wanted.found = true
      if (this.behind.length > 0) this.follow(trace, batch, row)
    }
    this.keep(trace, tick.pending)
    if (tick.pending.length > 0) for (const one of wanted) this.trim(one)
  }

  segment(): Segment {
    const { id, graph, lineage, steps } = this
    const rows = this.rows()
    const untold = [...this.untold.values()]
    const counts = noCounts()
    for (const { fate } of rows) counts[fate]++
    for (const { fate, count } of untold) counts[fate] += count
    return {
      step: id,
      kind: graph.kindOf(id),
      explained: this.wanted.map(({ row, time }) => ({ row, time })),
      rows: rows.map(({ row, time, fate, step, task, origin }) => ({ row, time, fate, step, task, origin })),
      counts,
      untold,
      exact: lineage.exact,
      // What is asked of without knowing it may not be there at all.
      lost: this.wanted.filter(({ found, text }) => !found && text !== null).length,
      passages: passagesOf(
        graph,
        steps,
        rows.map(({ hops }) => hops),
      ),
    }
  }

  release(): void {
    this.keys.release()
  }

  /** Each row once: one that counts for some of those that are asked of is taken. */
  private rows(): Kept[] {
    const all = this.wanted.flatMap(({ taken, apart }) => [...taken, ...apart])
    const byNumber = Map.groupBy(all, ({ number }) => number)
    const rows = [...byNumber.values()].map(same => same.reduce((a, b) => (rank(b) < rank(a) ? b : a)))
    return rows.sort((a, b) => a.number - b.number)
  }

  private keep(trace: TickTrace, pending: readonly Pending[]): void {
    const origins = new Set(pending.map(({ origin }) => origin))
    const hops = hopsOf(trace, this.steps, origins)
    for (const one of pending) {
      const { batch, row, input, step, fates } = one
      const number = this.number++
      if (this.kept >= limits.whyRows) {
        this.countUntold([...fates.values()].includes('taken') ? 'taken' : [...fates.values()][0], step)
        continue
      }
      const origin = trace.origin(one.origin, batch.tick)
      if (origin === undefined) continue
      this.kept++
      const kept = {
        ...seenRow(batch, row),
        task: trace.task,
        input,
        number,
        step,
        origin,
        hops: hops.get(one.origin) ?? [],
      }
      for (const [wanted, fate] of fates)
        (fate === 'taken' ? wanted.taken : wanted.apart).push({ ...kept, fate })
    }
  }

  private countUntold(fate: Fate, step: string): void {
    const name = `${fate} ${step}`
    const known = this.untold.get(name) ?? { fate, step, count: 0 }
    known.count++
    this.untold.set(name, known)
  }

  /** Lets those go that later ones have taken the place of. */
  private trim(wanted: Wanted): void {
    this.lineage.inputs.forEach(({ newest }, input) => {
      if (newest === undefined) return
      const own = wanted.taken.filter(row => row.input === input)
      if (own.length <= newest.rows) return
      // Of equal times the later one holds: sorting leaves those in their order.
      const sorted = newest.by === 'time' ? own.toSorted((a, b) => a.time - b.time) : own
      const gone = new Set(sorted.slice(0, own.length - newest.rows))
      this.kept -= gone.size
      const left = wanted.taken.filter(row => !gone.has(row))
      wanted.taken.splice(0, wanted.taken.length, ...left)
    })
  }

  /** Finds the step that makes nothing of a row. */
  private follow(trace: TickTrace, batch: Batch, row: number): void {
    const origins = new Set([batch.originOf(row)])
    const hops = [...hopsOf(trace, this.behind, origins).values()].flat()
    for (const { step, took, gave } of hops) {
      const isEnd = this.graph.node(step)?.step === undefined
      if (took > 0 && gave === 0 && !isEnd)
        this.lost.push({ step: this.id, at: step, computed: seenRow(batch, row) })
    }
  }
}

function rank({ fate }: Kept): number {
  return fates.indexOf(fate)
}
