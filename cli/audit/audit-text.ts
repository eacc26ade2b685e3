import { amountText, countText, timeText } from '../../backtest/report/value-text.ts'
import { tableLines } from '../table.ts'
import type { AuditReport, InputLine, StepLine, WindowLine } from './audit-report.ts'

/** Differences between two audits that are listed. */
const shownDifferences = 20

export function auditText(report: AuditReport): string[] {
  const { inputs, steps, windows } = report
  return [
    ...inputTable(inputs),
    '',
    ...stepTable(steps),
    '',
    ...(windows === null ? [] : [...windowTable(windows), '']),
    ...verdict(report),
    ...comparison(report),
  ]
}

function inputTable(inputs: readonly InputLine[]): string[] {
  const headings = ['input', 'partition', 'offsets', 'records there', 'read', 'passed', 'rejected']
  const rows = inputs.map(({ id, topic, partition, from, until, records, read, passed, rejected }) => [
    id,
    `${topic}-${partition}`,
    `${from} to ${until}`,
    records === null ? 'not counted' : countText(records),
    ...[read, passed, rejected].map(countText),
  ])
  return tableLines(headings, rows, headings.slice(2))
}

function stepTable(steps: readonly StepLine[]): string[] {
  const headings = ['step', '', 'read', 'used', 'late', 'rejected', 'dropped', 'out']
  const rows = steps.map(({ id, kind, read, used, late, rejected, dropped, out }) => [
    ...[id, kind],
    ...[read, used, late, rejected].map(countText),
    dropped === null ? '' : countText(dropped),
    countText(out),
  ])
  return tableLines(headings, rows, headings.slice(2))
}

function windowTable(windows: readonly WindowLine[]): string[] {
  const headings = ['step', 'window', 'read', 'used', 'late', 'rejected']
  const rows = windows.map(({ id, by, start, end, read, used, late, rejected }) => [
    by === 'window' ? id : `${id}, by ${by}`,
    `${timeText(start)} to ${timeText(end)}`,
    ...[read, used, late, rejected].map(countText),
  ])
  return tableLines(headings, rows, headings.slice(2))
}

function verdict({ problems, isBalanced, inputs }: AuditReport): string[] {
  if (!isBalanced) return ['the sums do not come out:', ...problems.map(({ id, what }) => `  ${id}: ${what}`)]
  const read = inputs.reduce((sum, input) => sum + input.read, 0)
  return [`all sums come out: ${amountText(read, 'record')} read, and each is accounted for`]
}

function comparison({ differences }: AuditReport): string[] {
  if (differences === null) return []
  if (differences.length === 0) return ['the other audit has the same counts']
  const rest = differences.length - shownDifferences
  const shown = differences.slice(0, shownDifferences)
  return [
    `the other audit has ${amountText(differences.length, 'other count')}:`,
    ...shown.map(({ what, a, b }) => `  ${what}  ${numberOf(a)}, there ${numberOf(b)}`),
    ...(rest > 0 ? [`  and ${countText(rest)} more`] : []),
  ]
}

function numberOf(count: number | null): string {
  return count === null ? 'nothing' : countText(count)
}
