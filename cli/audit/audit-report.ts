import type { AuditSums, WindowSum } from '../../backtest/audit/audit-sums.ts'
import type { Imbalance, SourceCounts } from '../../backtest/audit/balance.ts'
import { droppedBy, usedBy } from '../../backtest/audit/balance.ts'
import type { CountDifference } from '../../backtest/audit/compare-audits.ts'

export interface InputLine {
  readonly id: string
  readonly topic: string
  readonly partition: number
  readonly from: number
  readonly until: number
  /** Records that the topic has there; null where they could not be counted. */
  readonly records: number | null
  readonly read: number
  readonly passed: number
  readonly rejected: number
}

export interface StepLine {
  readonly id: string
  readonly kind: string
  readonly read: number
  readonly used: number
  readonly late: number
  readonly rejected: number
  /** Null where a step makes other rows than those that come. */
  readonly dropped: number | null
  readonly out: number
}

export interface WindowLine extends WindowSum {
  readonly id: string
  readonly by: string
  readonly start: number
  readonly end: number
}

/** What `headrace audit` tells. */
export interface AuditReport {
  readonly job: string
  readonly isBalanced: boolean
  readonly problems: readonly Imbalance[]
  readonly inputs: readonly InputLine[]
  readonly steps: readonly StepLine[]
  readonly windows: readonly WindowLine[] | null
  /** In what another audit differs; null where none was named. */
  readonly differences: readonly CountDifference[] | null
}

export function inputLines({ inputs }: AuditSums, counts: SourceCounts): InputLine[] {
  return [...inputs.values()]
    .map(input => {
      const { offsets, isBetween: _, ...rest } = input
      const [first, last] = [offsets.merged[0], offsets.merged.at(-1)]
      return { ...rest, from: first?.from ?? 0, until: last?.until ?? 0, records: counts.get(input) ?? null }
    })
    .sort((a, b) => compare(a.id, b.id) || a.partition - b.partition)
}

/** In the order in which rows come to them. */
export function stepLines({ steps }: AuditSums, order: readonly string[]): StepLine[] {
  return [...steps.values()]
    .map(step => {
      const { id, kind, in: read, out, late, rejected } = step
      return { id, kind, read, used: usedBy(step), late, rejected, dropped: droppedBy(step), out }
    })
    .sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
}

export function windowLines({ windows }: AuditSums): WindowLine[] {
  return [...windows.values()].flatMap(({ id, by, lengthMs, each }) =>
    [...each]
      .sort(([a], [b]) => a - b)
      .map(([start, counts]) => ({ id, by, start, end: start + lengthMs, ...counts })),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
