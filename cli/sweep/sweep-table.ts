import { countText, numberText } from '../../backtest/report/value-text.ts'
import { tableLines } from '../table.ts'
import { wrapLine } from '../wrap.ts'
import type { Metrics } from './metrics.ts'

/** A combination that has run. */
export interface Row {
  /** The values of the parameters that the sweep sets. */
  readonly point: Readonly<Record<string, string>>
  readonly metrics: Metrics
}

/** In the order of a metric, the lowest first, or with `:desc` the highest; what has no value comes last. */
export function sorted<R extends Row>(rows: readonly R[], by: string | undefined): R[] {
  if (by === undefined) return [...rows]
  const { name, sign } = by.endsWith(':desc') ? { name: by.slice(0, -5), sign: -1 } : { name: by, sign: 1 }
  const rank = ({ metrics }: Row) => {
    const value = metrics[name] ?? null
    return value === null ? Number.POSITIVE_INFINITY : sign * value
  }
  return rows.toSorted((one, other) => rank(one) - rank(other) || 0)
}

/** A table for people. Of metrics that nobody has asked for, those that differ; the others are told below it. */
export function sweepLines(
  rows: readonly Row[],
  names: readonly string[],
  isChosen: boolean,
  width: number,
): string[] {
  if (rows.length === 0) return []
  const [first] = rows
  const isAlike = (name: string) => rows.every(({ metrics }) => metrics[name] === first.metrics[name])
  const alike = isChosen || rows.length === 1 ? [] : names.filter(isAlike)
  const shown = names.filter(name => !alike.includes(name))
  const parameters = Object.keys(first.point)
  const cellsOf = ({ point, metrics }: Row, some: readonly string[]) => [
    ...parameters.map(name => point[name]),
    ...some.map(name => metricText(metrics[name])),
  ]
  const blocks = blocksOf(shown, rows, parameters, width)
  const tables = blocks.map(some =>
    tableLines(
      [...parameters, ...some],
      rows.map(row => cellsOf(row, some)),
      some,
    ),
  )
  const same = alike.map(name => `${name} ${metricText(first.metrics[name])}`).join(', ')
  return [
    ...tables.flatMap((table, index) => (index === 0 ? table : ['', ...table])),
    ...(same === '' ? [] : ['', ...wrapLine(`the same in all: ${same}`, width, 2)]),
  ]
}

/** The columns of each table, so that it is not wider than the terminal. */
function blocksOf(
  names: readonly string[],
  rows: readonly Row[],
  parameters: readonly string[],
  width: number,
): string[][] {
  const wide = (heading: string, cells: readonly string[]) =>
    2 + Math.max(heading.length, ...cells.map(cell => cell.length))
  const left = parameters.map(name =>
    wide(
      name,
      rows.map(({ point }) => point[name]),
    ),
  )
  const begin = left.reduce((sum, one) => sum + one, -2)
  const blocks: string[][] = [[]]
  let used = begin
  for (const name of names) {
    const own = wide(
      name,
      rows.map(({ metrics }) => metricText(metrics[name])),
    )
    if (used + own > width && used > begin) {
      blocks.push([])
      used = begin
    }
    blocks.at(-1)?.push(name)
    used += own
  }
  return blocks
}

function metricText(value: number | null = null): string {
  if (value === null) return '-'
  return Number.isInteger(value) ? countText(value) : numberText(value)
}

/** The same for other programs. */
export function csvLines(
  rows: readonly (Row & { readonly dir: string })[],
  names: readonly string[],
): string[] {
  const parameters = Object.keys(rows[0]?.point ?? {})
  const heading = [...parameters, ...names, 'dir']
  const cells = rows.map(({ point, metrics, dir }) => [
    ...parameters.map(name => point[name]),
    ...names.map(name => metrics[name] ?? ''),
    dir,
  ])
  return [heading, ...cells].map(line => line.map(cell => csvCell(String(cell))).join(','))
}

function csvCell(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
