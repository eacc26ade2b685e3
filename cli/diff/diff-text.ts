import type { ChangedRow, LoneRow } from '../../backtest/diff/difference.ts'
import type { FigureRow } from '../../backtest/report/judgement-sections.ts'
import { alarmRows, alarmText, rankingRows } from '../../backtest/report/judgement-sections.ts'
import type { Report } from '../../backtest/report/report.ts'
import { remarks } from '../../backtest/report/summary-section.ts'
import {
  countText,
  numberText,
  pairText,
  percentText,
  timeText,
  valueText,
  widthText,
} from '../../backtest/report/value-text.ts'
import { whyCommand, whyNote } from '../../backtest/report/why-hint.ts'
import { tableLines } from '../table.ts'
import { wrapLine } from '../wrap.ts'

/** Lines over time. */
const bucketLines = 15
const barWidth = 24

/** The report for a terminal of so many columns. */
export function diffText(report: Report, width: number): string[] {
  const sections = [
    summary(report, width),
    fields(report),
    biggest(report),
    lone(report, 'A', report.firstOnlyA, report.onlyA),
    lone(report, 'B', report.firstOnlyB, report.onlyB),
    byKey(report),
    overTime(report),
    ...judgements(report),
  ].filter(lines => lines.length > 0)
  const lines = sections.flatMap((section, index) => (index === 0 ? section : ['', ...section]))
  // What is to be copied is not cut.
  return [...lines.map(line => cut(line, width)), ...why(report)]
}

function summary(report: Report, width: number): string[] {
  const { topic, names, rows, key, isEqual, equal, changed, onlyA, onlyB } = report
  const all = equal + changed + onlyA + onlyB
  const share = (count: number) => (all === 0 ? '' : percentText(count / all))
  const counts = Object.entries({ equal, changed, 'only in A': onlyA, 'only in B': onlyB })
  const headings = ['', 'rows', 'share']
  const cells = counts.map(([name, count]) => [name, countText(count), share(count)])
  return [
    `${topic}: ${isEqual ? 'equal' : 'different'}`,
    `A  ${names.a}, ${countText(rows.a)} rows`,
    `B  ${names.b}, ${countText(rows.b)} rows`,
    `matched by ${key.join(', ')}`,
    '',
    ...tableLines(headings, cells, headings.slice(1)).slice(1),
    ...remarks(report).flatMap(remark => wrapLine(remark, width, 2)),
  ]
}

function why(report: Report): string[] {
  const command = whyCommand(report)
  return command === undefined ? [] : ['', whyNote, `  ${command}`]
}

function fields({ fields }: Report): string[] {
  const found = fields.filter(({ changed }) => changed > 0)
  if (found.length === 0) return []
  const headings = ['field', 'rows', 'mean change', 'largest', 'mean %', 'largest %']
  const rows = found.map(field => [
    cut(field.field, 24),
    countText(field.changed),
    numberText(field.mean),
    numberText(field.largest),
    percentText(field.meanRelative),
    percentText(field.largestRelative),
  ])
  return tableLines(headings, rows, headings.slice(1))
}

function biggest(report: Report): string[] {
  const { biggest, changed } = report
  if (biggest.length === 0) return []
  return [
    `biggest changes, ${countText(biggest.length)} of ${countText(changed)} rows:`,
    ...biggest.flatMap(row => [`  ${rowText(report, row.key)}`, ...changedFields(report, row)]),
  ]
}

function changedFields(report: Report, { fields }: ChangedRow): string[] {
  const wide = Math.max(...fields.map(({ field }) => field.length))
  return fields.map(({ field, a, b }) => {
    const [before, after] = pairText(a, b, report.times.includes(field))
    return `    ${field.padEnd(wide)}  ${before} -> ${after}`
  })
}

function lone(report: Report, side: string, rows: readonly LoneRow[], count: number): string[] {
  if (rows.length === 0) return []
  return [
    `only in ${side}, the first ${countText(rows.length)} of ${countText(count)} rows:`,
    ...rows.map(({ row }) => `  ${rowText(report, row)}`),
  ]
}

function rowText({ times }: Report, row: Readonly<Record<string, unknown>>): string {
  return Object.entries(row)
    .map(([name, value]) => `${name}=${valueText(value, times.includes(name))}`)
    .join(' ')
}

function byKey({ byKey }: Report): string[] {
  const { top, count, columns, isRough } = byKey
  if (top.length === 0) return []
  const name = cut(columns.join(', '), 32)
  const headings = [name, 'changed', 'only in A', 'only in B']
  const rows = top.map(({ key, changed, onlyA, onlyB }) => [
    cut(key, 32),
    ...[changed, onlyA, onlyB].map(countText),
  ])
  const rest = count - top.length
  const more = isRough ? 'and many more; counts may be too low' : `and ${countText(rest)} more that differ`
  return [...tableLines(headings, rows, headings.slice(1)), ...(rest === 0 ? [] : [more])]
}

/** Neighbours are put together where there are too many. */
function overTime({ overTime, isEqual }: Report): string[] {
  const { buckets, bucketMs } = overTime
  if (isEqual || buckets.length === 0) return []
  const together = Math.ceil(buckets.length / bucketLines)
  const counts = new Array<number>(Math.ceil(buckets.length / together)).fill(0)
  buckets.forEach(({ changed, onlyA, onlyB }, index) => {
    counts[Math.floor(index / together)] += changed + onlyA + onlyB
  })
  const most = Math.max(...counts)
  const rows = counts.map((count, index) => [
    timeText(buckets[index * together].from),
    countText(count),
    '▇'.repeat(Math.ceil((count / most) * barWidth)),
  ])
  return tableLines([`differ, by ${widthText(bucketMs * together)}`, 'rows', ''], rows, ['rows'])
}

function judgements({ labels, ranking }: Report): string[][] {
  const found: string[][] = []
  if (labels !== undefined) {
    const head = `alarms, judged by ${countText(labels.count)} labels`
    found.push([alarmText(labels), ...figures(head, alarmRows(labels.figures))])
  }
  if (ranking !== undefined) {
    found.push(figures(`first ${ranking.top} of ${ranking.items}`, rankingRows(ranking.figures, ranking.top)))
  }
  return found
}

function figures(head: string, rows: readonly FigureRow[]): string[] {
  return tableLines([head, 'A', 'B'], rows, ['A', 'B'])
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text
}
