import { amountText, valueText } from '../../backtest/report/value-text.ts'
import type { SeenRow } from '../../backtest/why/explanation.ts'
import { windowColumn } from '../../backtest/why/target.ts'

type Row = SeenRow['row']

/** Of a value among others. */
const mostOfCell = 64

const times = [windowColumn, 'windowEnd', 'ts']

export function cellText(name: string, value: unknown): string {
  if (ArrayBuffer.isView(value)) return valueText([...(value as Float32Array)], false)
  return valueText(value, times.includes(name))
}

/** A row, a line for each column. */
export function columnLines({ row }: SeenRow): string[] {
  const width = Math.max(...Object.keys(row).map(name => name.length))
  return Object.entries(row).map(([name, value]) => `${name.padEnd(width)}  ${cellText(name, value)}`)
}

/** A row in lines, with the columns that `but` has not, or has otherwise. */
export function rowLines(row: Row, width: number, but: Row = {}): string[] {
  const own = Object.entries(row).filter(([name, value]) => {
    return !(name in but) || cellText(name, but[name]) !== cellText(name, value)
  })
  const lines: string[] = []
  for (const cell of own.map(([name, value]) => `${name} ${fit(cellText(name, value), mostOfCell)}`)) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 3 + cell.length > width) lines.push(cell)
    else lines[lines.length - 1] = `${last} · ${cell}`
  }
  return lines
}

export function rowsText(count: number): string {
  return amountText(count, 'row')
}

/** What does not fit into the width is cut off. */
export function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(1, width - 1))}…` : text
}
