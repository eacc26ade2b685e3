import type { ChangedRow, Difference, LoneRow } from '../diff/difference.ts'
import { amountText, countText, pairText, valueText } from '../report/value-text.ts'
import type { ColumnChange } from './compare-rows.ts'
import type { GoldenComparison, OutputComparison } from './golden.ts'

/** Rows of each kind that are shown of an output. */
const shownRows = 5

/** What differs, for people: the first rows of each output, field by field. */
export function comparisonText({ golden, isEqual, counts, outputs }: GoldenComparison): string[] {
  const rows = outputs.reduce((sum, { found }) => sum + (found ?? 0), 0)
  const written = `${amountText(outputs.length, 'output')}, ${amountText(rows, 'row')}`
  if (isEqual) return [`${golden}: as expected, ${written}`]
  return [
    `${golden}: differs from what is expected`,
    ...outputs.filter(output => !output.isEqual).flatMap(output => outputLines(output).map(indented)),
    ...counts.map(({ what, expected, found }) =>
      indented(`${what}: ${countText(expected)} -> ${countText(found)}`),
    ),
  ]
}

function outputLines({ output, expected, found, columns, difference }: OutputComparison): string[] {
  if (expected === null) return [`${output}: new, ${amountText(found ?? 0, 'row')}`]
  if (found === null) return [`${output}: not written any more, ${amountText(expected, 'row')} expected`]
  return [
    `${output}: ${summaryOf(difference, expected, found)}`,
    ...columns.map(columnText).map(indented),
    ...(difference === null ? [] : rowLines(difference).map(indented)),
  ]
}

function summaryOf(difference: Difference | null, expected: number, found: number): string {
  const counts = `${amountText(expected, 'row')} expected, ${countText(found)} found`
  if (difference === null) return counts
  const { changed, onlyA, onlyB } = difference
  return `${counts}; ${countText(changed)} changed, ${countText(onlyA)} missing, ${countText(onlyB)} more`
}

function columnText({ column, expected, found }: ColumnChange): string {
  if (expected === null) return `column ${column}: new, ${found}`
  if (found === null) return `column ${column}: not there any more, was ${expected}`
  return `column ${column}: ${expected} -> ${found}`
}

function rowLines(difference: Difference): string[] {
  const { biggest, changed, firstOnlyA, onlyA, firstOnlyB, onlyB, times } = difference
  const earliest = biggest.toSorted((a, b) => a.time - b.time).slice(0, shownRows)
  return [
    ...earliest.flatMap(row => changedLines(row, times)),
    ...others(changed, 'changed'),
    ...firstOnlyA.slice(0, shownRows).map(row => `missing ${rowLine(row, times)}`),
    ...others(onlyA, 'missing'),
    ...firstOnlyB.slice(0, shownRows).map(row => `more ${rowLine(row, times)}`),
    ...others(onlyB, 'more'),
  ]
}

function changedLines({ key, fields }: ChangedRow, times: readonly string[]): string[] {
  const wide = Math.max(...fields.map(({ field }) => field.length))
  return [
    pairsText(key, times),
    ...fields.map(({ field, a, b }) => {
      const [before, after] = pairText(a, b, times.includes(field))
      return indented(`${field.padEnd(wide)}  ${before} -> ${after}`)
    }),
  ]
}

function rowLine({ row }: LoneRow, times: readonly string[]): string {
  return pairsText(row, times)
}

function pairsText(row: Readonly<Record<string, unknown>>, times: readonly string[]): string {
  return Object.entries(row)
    .map(([name, value]) => `${name}=${valueText(value, times.includes(name))}`)
    .join(' ')
}

function others(count: number, what: string): string[] {
  return count > shownRows ? [`and ${countText(count - shownRows)} others ${what}`] : []
}

function indented(line: string): string {
  return `  ${line}`
}
