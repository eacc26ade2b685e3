import type { Batch } from '../../engine/batch/batch.ts'
import type { Stage } from '../../engine/graph/plan.ts'
import { closePlan, plan } from '../../engine/graph/plan.ts'
import type { Job } from '../../engine/job.ts'
import { limits } from '../../engine/limits.ts'
import { absenceOf, askedOfNone } from './absence.ts'
import type { End } from './end.ts'
import { endOf } from './end.ts'
import { EndRows } from './end-rows.ts'
import type { Absence, Explanation, Origin, SeenRow, Segment } from './explanation.ts'
import { JobGraph } from './job-graph.ts'
import { recordsBehind } from './records-behind.ts'
import { rowText, seenRow } from './row-text.ts'
import type { Asked } from './step-rows.ts'
import { StepRows } from './step-rows.ts'
import type { Target } from './target.ts'
import { differences, targetFilter } from './target.ts'
import type { TracedRun } from './traced-run.ts'
import type { Collector } from './tracer.ts'

/** Runs a job over its history again and again, and follows one of its rows back to the records that made it. */
export class Why {
  private readonly job: Job
  private readonly graph: JobGraph
  private readonly target: Target
  private readonly run: TracedRun
  private readonly end: End

  constructor(job: Job, target: Target, run: TracedRun) {
    const planned = plan(job)
    this.job = job
    this.graph = new JobGraph(planned)
    this.target = target
    this.run = run
    this.end = endOf(planned, target)
  }

  close(): void {
    closePlan(this.graph.plan)
  }

  async explain(signal: AbortSignal): Promise<Explanation> {
    const { end, graph, target } = this
    const { id } = end
    const stage = graph.stageOf(id)
    const found = new EndRows(id, graph, targetFilter(end, target), limits.whyMatches)
    const ofKey = new EndRows(id, graph, targetFilter(end, { key: target.key }), limits.whyMatches)
    await this.pass([found, ofKey], [stage], null, signal)
    const { written: asked } = target
    const same = found.matches.findLast(({ seen }) => differences(asked, seen.row).length === 0)
    const match = same ?? found.matches.at(-1)
    const segments = match === undefined ? [] : [found.segment([match])]
    let absence: Absence | null = null
    if (match === undefined) {
      const steps = askedOfNone(graph, end, target)
      await this.pass(steps, [stage], null, signal)
      absence = absenceOf(
        steps,
        ofKey.count,
        ofKey.matches.map(({ seen }) => written(seen, end)),
      )
      segments.push(...this.take(steps))
    }
    let origins = originsOf(segments)
    while (origins.size > 0) {
      const next = await this.back(origins, signal)
      segments.push(...next)
      origins = originsOf(next)
    }
    return {
      job: this.job.name,
      topic: end.name,
      row: match === undefined ? null : written(match.seen, end),
      differs: match === undefined ? [] : differences(asked, match.seen.row),
      matches: found.count,
      others: found.matches.map(({ seen }) => written(seen, end)),
      segments,
      absence,
      unreadable: this.run.unreadable,
      records: recordsBehind(segments),
    }
  }

  /** One step back from rows that steps, or earlier stages, have computed. */
  private async back(origins: ReadonlyMap<string, Sought>, signal: AbortSignal): Promise<Segment[]> {
    const steps: StepRows[] = []
    const ends: { readonly rows: EndRows; readonly asked: number }[] = []
    for (const [id, { asked, isEnd }] of origins) {
      const lineage = this.graph.lineageOf(id)
      if (isEnd) ends.push({ rows: new EndRows(id, this.graph, sameRows(asked)), asked: asked.length })
      else if (lineage !== undefined) steps.push(new StepRows(id, this.graph, lineage, asked, []))
    }
    const stages = [...origins.keys()].map(id => this.graph.stageOf(id))
    const tasks = [...origins.values()].flatMap(({ asked }) => asked.map(({ task }) => task))
    const known = tasks.every(task => task !== null) ? new Set(tasks as string[]) : null
    await this.pass([...steps, ...ends.map(({ rows }) => rows)], stages, known, signal)
    return [...this.take(steps), ...ends.map(({ rows, asked }) => rows.segment(rows.matches, asked))]
  }

  private take(steps: readonly StepRows[]): Segment[] {
    const segments = steps.map(step => step.segment())
    for (const step of steps) step.release()
    return segments
  }

  /** Only the tasks that matter: of these stages those that are known, and all of the stages before. */
  private async pass(
    collectors: readonly Collector[],
    stages: readonly Stage[],
    tasks: ReadonlySet<string> | null,
    signal: AbortSignal,
  ): Promise<void> {
    const before = new Set(
      stages.flatMap(stage => this.graph.stagesBefore(stage)).map(({ number }) => number),
    )
    const own = new Set(stages.map(({ number }) => number))
    const only = (task: string): boolean => {
      const stage = Number(task.slice(0, task.indexOf('-')))
      return before.has(stage) || (own.has(stage) && (tasks === null || tasks.has(task)))
    }
    await this.run.pass(collectors, this.graph, only, signal)
  }
}

interface Sought {
  readonly asked: Asked[]
  readonly isEnd: boolean
}

/** What has to be looked for one step back, by the node that has made it. */
function originsOf(segments: readonly Segment[]): Map<string, Sought> {
  const found = new Map<string, Sought>()
  for (const { rows } of segments) {
    for (const { fate, origin, task } of rows) {
      const made = fate === 'taken' ? madeBy(origin) : undefined
      if (made === undefined) continue
      const [id, computed, isEnd] = made
      const sought = found.get(id) ?? { asked: [], isEnd }
      found.set(id, sought)
      const asked = { ...computed, text: rowText(computed), task: isEnd ? null : task }
      if (sought.asked.length < limits.whyRows) sought.asked.push(asked)
    }
  }
  return found
}

function madeBy(origin: Origin): readonly [string, Omit<Asked, 'text' | 'task'>, boolean] | undefined {
  if (origin.from === 'record') return undefined
  return origin.from === 'step'
    ? [origin.step, origin.computed, false]
    : [origin.repartition, origin.computed, true]
}

/** Each of the rows as often as it is asked for. */
function sameRows(asked: readonly Asked[]) {
  const left = new Map<string, number>()
  const times = new Set(asked.map(({ time }) => Math.floor(time)))
  for (const { text } of asked) left.set(text as string, (left.get(text as string) ?? 0) + 1)
  return (batch: Batch): number[] => {
    const found: number[] = []
    for (let row = 0; row < batch.rows; row++) {
      if (!times.has(Math.floor(batch.time[row]))) continue
      const text = rowText(seenRow(batch, row))
      const more = left.get(text) ?? 0
      if (more === 0) continue
      left.set(text, more - 1)
      found.push(row)
    }
    return found
  }
}

/** A row as it was written: with its columns alone. */
function written({ row, time }: SeenRow, { schema }: End): SeenRow {
  return { row: Object.fromEntries(schema.names.map(name => [name, row[name]])), time }
}
