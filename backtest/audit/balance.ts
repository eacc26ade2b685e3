import type { Plan } from '../../engine/graph/plan.ts'
import { countText } from '../report/value-text.ts'
import type { AuditSums, InputSum, StepSum, WindowsSum } from './audit-sums.ts'
import { flowsOf } from './flows.ts'

/** A sum that does not come out. */
export interface Imbalance {
  /** The input or step. */
  readonly id: string
  readonly what: string
}

/** How many records a source has between the offsets that were read; null where nobody can count them. */
export type SourceCounts = ReadonlyMap<InputSum, number | null>

/** Steps whose rows each give one row at most. */
const oneToOne = ['filter', 'branch', 'sample', 'dedupe', 'select', 'derive', 'enrich', 'score']

/** Rows that came, and of which nothing came: null where a step makes other rows than those that come. */
export function droppedBy({ kind, in: taken, out, late, rejected }: StepSum): number | null {
  return oneToOne.includes(kind) ? taken - out - late - rejected : null
}

/** Rows that a step has done something with. */
export function usedBy(step: StepSum): number {
  return step.in - step.late - step.rejected - (droppedBy(step) ?? 0)
}

/** All sums that have to come out, and do not. */
export function imbalances(sums: AuditSums, plan: Plan, counts: SourceCounts): Imbalance[] {
  return [
    ...[...sums.inputs.values()].flatMap(input => inputProblems(input, counts.get(input) ?? null)),
    ...[...sums.steps.values()].flatMap(step => stepProblems(step, sums.windows.get(step.id))),
    ...flowProblems(sums, plan),
  ]
}

function inputProblems(input: InputSum, counted: number | null): Imbalance[] {
  const { topic, partition, offsets, read, passed, rejected } = input
  const id = `${input.id} (${topic}-${partition})`
  const gaps = offsets.merged
    .slice(1)
    .map(({ from }, index) => `${offsets.merged[index].until} up to ${from}`)
  return problems(id, [
    [read !== passed + rejected, `${n(read)} records read, ${n(passed)} passed and ${n(rejected)} rejected`],
    [
      offsets.repeated > 0,
      `${n(offsets.repeated)} offsets were counted twice: the job has read them again, as after a reset`,
    ],
    [gaps.length > 0, `read without an audit: offsets ${gaps.slice(0, 3).join(', ')}`],
    [
      counted !== null && counted !== read,
      `the topic has ${n(counted ?? 0)} records between these offsets, ${n(read)} were read`,
    ],
  ])
}

function stepProblems(step: StepSum, windows: WindowsSum | undefined): Imbalance[] {
  const { id, in: taken, late, rejected } = step
  const dropped = droppedBy(step)
  const all = windows?.all
  const unbalanced = [...(windows?.unbalanced ?? [])].map(start => new Date(start).toISOString())
  return problems(id, [
    [dropped !== null && dropped < 0, `${n(step.out)} rows given, of ${n(taken)} that came`],
    [all !== undefined && all.read !== taken, `${n(taken)} rows came, its windows have ${n(all?.read ?? 0)}`],
    [all !== undefined && all.late !== late, `${n(late)} rows late, its windows have ${n(all?.late ?? 0)}`],
    [
      all !== undefined && all.rejected !== rejected,
      `${n(rejected)} rows rejected, its windows have ${n(all?.rejected ?? 0)}`,
    ],
    [
      unbalanced.length > 0,
      `rows came that were neither used, nor late, nor rejected: ${unbalanced.slice(0, 3).join(', ')}`,
    ],
  ])
}

/** What comes to a step is what those before it have given. */
function flowProblems(sums: AuditSums, plan: Plan): Imbalance[] {
  return flowsOf(sums, plan).flatMap(({ id, from, given, taken, isLagging }) => {
    const isWrong = isLagging ? taken > given : taken !== given
    return problems(id, [[isWrong, `${n(taken)} rows came, ${from.join(' and ')} gave ${n(given)}`]])
  })
}

function problems(id: string, checks: readonly (readonly [isWrong: boolean, what: string])[]): Imbalance[] {
  return checks.filter(([isWrong]) => isWrong).map(([, what]) => ({ id, what }))
}

const n = countText
