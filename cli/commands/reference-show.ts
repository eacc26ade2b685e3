import { resolve } from 'node:path'
import type { FieldReference } from '../../operators/drift/reference.ts'
import type { Command } from '../command.ts'
import { jsonLine, print } from '../io.ts'
import { readReference } from '../reference/reference-file.ts'
import { tableLines } from '../table.ts'
import { timeText } from '../value-text.ts'

export const referenceShow: Command = {
  name: 'reference show',
  summary: 'print what a reference for drift says of each column',
  operands: ['<file.json>'],
  options: { json: { help: 'print JSON lines, one a column' } },
  notes: 'Of categories the most frequent ones are shown, with their shares.',
  examples: ['headrace reference show user-drift.json'],
  run: (flags, io) => {
    const [file] = flags.operands
    const { version, rows, from, to, fields } = readReference(resolve(io.cwd, file))
    const entries = Object.entries(fields)
    if (flags.on('json')) {
      for (const [name, field] of entries) print(io, jsonLine({ field: name, ...field }))
      return
    }
    print(
      io,
      `version ${version}: ${rows.toLocaleString('en')} rows, ${timeText(from)} to ${timeText(to)}`,
      '',
    )
    const numbers = entries.filter(([, { kind }]) => kind === 'number')
    const headings = ['column', 'values', 'mean', 'deviation', 'least', 'median', 'most', 'bins']
    if (numbers.length > 0) print(io, ...tableLines(headings, numbers.map(numberRow), headings.slice(1)))
    for (const [name, field] of entries.filter(([, { kind }]) => kind === 'category')) {
      print(io, `${name}: ${field.count.toLocaleString('en')} values: ${sharesOf(field)}`)
    }
  },
}

function numberRow([name, field]: [string, FieldReference]): string[] {
  const { count, mean = 0, deviation = 0, min = 0, max = 0, counts } = field
  const numbers = [mean, deviation, min, medianOf(field), max].map(value =>
    String(Number(value.toPrecision(4))),
  )
  return [name, count.toLocaleString('en'), ...numbers, String(counts.length)]
}

/** The first edge that half of the values are not above. */
function medianOf({ counts, count, edges = [], max = 0 }: FieldReference): number {
  let passed = 0
  for (const [bin, edge] of edges.entries()) {
    passed += counts[bin]
    if (passed >= count / 2) return edge
  }
  return max
}

const SHOWN = 8

function sharesOf({ categories = [], counts, count }: FieldReference): string {
  const share = (n: number) => `${((n / Math.max(1, count)) * 100).toFixed(1)}%`
  const shown = categories.slice(0, SHOWN)
  const others = counts.slice(shown.length).reduce((sum, n) => sum + n, 0)
  const words = shown.map((name, nth) => `${name} ${share(counts[nth])}`)
  return [...words, ...(others > 0 ? [`others ${share(others)}`] : [])].join(', ')
}
