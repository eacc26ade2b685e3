import type { Summary } from './status.ts'
import { tableLines } from './table.ts'

/** A summary for people. */
export function summaryLines({ inputs, steps, commits, seconds }: Summary): string[] {
  const text = (counts: object) => Object.values(counts).map(count => count.toLocaleString('en'))
  const inputTable = table(['input', 'read', 'passed', 'rejected'], inputs, text)
  const stepTable = table(['step', 'in', 'out', 'late', 'rejected'], steps, text)
  return [
    ...inputTable,
    ...stepTable,
    `${commits} ${commits === 1 ? 'commit' : 'commits'} in ${seconds.toFixed(1)} s`,
  ]
}

function table(headings: readonly string[], rows: object, text: (counts: object) => string[]): string[] {
  const entries = Object.entries(rows)
  if (entries.length === 0) return []
  return [
    ...tableLines(
      headings,
      entries.map(([id, counts]) => [id, ...text(counts)]),
      headings.slice(1),
    ),
    '',
  ]
}
