import { figuresSince, joinFigures } from './models/join-figures.ts'
import type { ScorerFigures } from './models/scorer-figures.ts'
import type { Task } from './task.ts'

export interface InputCounts {
  read: number
  passed: number
  rejected: number
}

export interface StepTotals {
  in: number
  out: number
  late: number
  rejected: number
}

/** What a step has looked up: entities that the store was asked for, and those that the cache knew. */
export interface LookupTotals {
  asked: number
  remembered: number
  /** Requests that gave no answer. */
  failed: number
  /** That the store took for its answers. */
  seconds: number
}

/** What inputs, steps and sinks have counted since the job first ran, over all tasks. */
export interface Counts {
  readonly inputs: Readonly<Record<string, InputCounts>>
  readonly steps: Readonly<Record<string, StepTotals>>
  /** Of steps that look things up, since their tasks were opened. */
  readonly lookups: Readonly<Record<string, LookupTotals>>
  /** The newest event time that was given to each feature view, since the tasks were opened. */
  readonly newest: Readonly<Record<string, number>>
  /** Of steps that score with models, since their tasks were opened. */
  readonly scores: Readonly<Record<string, ScorerFigures>>
}

export const noCounts: Counts = { inputs: {}, steps: {}, lookups: {}, newest: {}, scores: {} }

/** How far tasks have come, as plain data: it passes between threads. */
export interface Progress {
  readonly counts: Counts
  /** Records that the sources hold and that no task has read yet. */
  readonly lag: number
  /** The least event time that a task with data has reached; null before the first record. */
  readonly watermark: number | null
}

/** A job at work, in this thread or in several. */
export interface Running {
  readonly commits: number
  /** Time of day of the last commit. */
  readonly committedAt: number
  counts(): Counts
  lag(): number
  watermark(): number | null
  work(signal: AbortSignal, untilIdle?: boolean): Promise<void>
  close(): Promise<void>
}

export function countsOf(tasks: readonly Task[]): Counts {
  return joinCounts(tasks.map(countsOfTask))
}

export function lagOf(tasks: readonly Task[]): number {
  let lag = 0
  for (const { inputs } of tasks) {
    for (const { feed } of inputs) lag += Math.max(0, feed.source.endOffset() - feed.position)
  }
  return lag
}

export function watermarkOf(tasks: readonly Task[]): number | null {
  const reached = tasks.map(task => task.clock.watermark).filter(Number.isFinite)
  return reached.length === 0 ? null : Math.min(...reached)
}

export function joinCounts(several: readonly Counts[]): Counts {
  const inputs: Record<string, InputCounts> = {}
  const steps: Record<string, StepTotals> = {}
  const lookups: Record<string, LookupTotals> = {}
  const newest: Record<string, number> = {}
  const scores: Record<string, ScorerFigures> = {}
  for (const counts of several) {
    for (const [id, some] of Object.entries(counts.inputs)) inputs[id] = plus(inputs[id], some)
    for (const [id, some] of Object.entries(counts.steps)) steps[id] = plus(steps[id], some)
    for (const [id, some] of Object.entries(counts.lookups)) lookups[id] = plus(lookups[id], some)
    for (const [view, time] of Object.entries(counts.newest))
      newest[view] = Math.max(newest[view] ?? time, time)
    for (const [id, some] of Object.entries(counts.scores)) scores[id] = joinFigures(scores[id], some)
  }
  return { inputs, steps, lookups, newest, scores }
}

/** What was counted since: of steps that were not there before, all. */
export function lessCounts(counts: Counts, before: Counts): Counts {
  return {
    inputs: less(counts.inputs, before.inputs),
    steps: less(counts.steps, before.steps),
    lookups: less(counts.lookups, before.lookups),
    newest: counts.newest,
    scores: Object.fromEntries(
      Object.entries(counts.scores).map(([id, some]) => [id, figuresSince(some, before.scores[id])]),
    ),
  }
}

function less<C extends object>(
  counts: Readonly<Record<string, C>>,
  before: Readonly<Record<string, C>>,
): Record<string, C> {
  return Object.fromEntries(
    Object.entries(counts).map(([id, some]) => {
      const old = before[id]
      return [id, old === undefined ? some : combine(some, old, (a, b) => a - b)]
    }),
  )
}

/** The same fields, each made of those of both. */
function combine<C extends object>(one: C, other: C, by: (a: number, b: number) => number): C {
  const old = other as Record<string, number>
  return Object.fromEntries(Object.entries(one).map(([name, value]) => [name, by(value, old[name])])) as C
}

function countsOfTask({ inputs, steps, sinks, build: { lookups, scorers } }: Task): Counts {
  const contexts = [...steps.map(step => step.context), ...sinks]
  return {
    inputs: Object.fromEntries(
      inputs.map(({ id, counters: { read, passed, rejected } }) => [id, { read, passed, rejected }]),
    ),
    steps: Object.fromEntries(
      contexts.map(({ id, counters: { in: taken, out, late, rejected } }) => [
        id,
        { in: taken, out, late, rejected },
      ]),
    ),
    newest: newestOf(sinks),
    lookups: Object.fromEntries(lookups.map(({ step, counters }) => [step, { ...counters }])),
    scores: Object.fromEntries(scorers.map(({ step, figures }) => [step, figures])),
  }
}

function newestOf(sinks: Task['sinks']): Record<string, number> {
  const found: Record<string, number> = {}
  for (const { newest } of sinks) {
    if (newest !== undefined) found[newest[0]] = Math.max(found[newest[0]] ?? newest[1], newest[1])
  }
  return found
}

function plus<C extends object>(one: C | undefined, other: C): C {
  return one === undefined ? other : combine(one, other, (a, b) => a + b)
}
