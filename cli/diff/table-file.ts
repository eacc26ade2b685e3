import { createReadStream } from 'node:fs'
import { HeadraceError, isHeadraceError, messageOf } from '../../engine/errors.ts'
import { usageError } from '../flags.ts'
import type { InputLine } from '../input-lines.ts'
import { inputLines } from '../input-lines.ts'

type FileRecord = Readonly<Record<string, unknown>>

/** Gives each record of a file of JSON lines, or of CSV with a heading, to a function; its errors get the line. */
export async function readTable(path: string, take: (record: FileRecord) => void): Promise<void> {
  const isCsv = isCsvFile(path)
  let heading: readonly string[] | undefined
  try {
    for await (const line of inputLines(createReadStream(path))) {
      const attempt = <T>(work: () => T) => onLine(path, line, work)
      if (!isCsv) attempt(() => take(jsonRecord(line.text)))
      else if (heading === undefined) heading = attempt(() => csvCells(line.text))
      else {
        const names = heading
        attempt(() => take(csvRecord(names, csvCells(line.text))))
      }
    }
  } catch (error) {
    if (isHeadraceError(error)) throw error
    throw usageError(`${path} cannot be read: ${messageOf(error)}`, error)
  }
}

/** Its records then have texts alone. */
export function isCsvFile(path: string): boolean {
  return path.toLowerCase().endsWith('.csv')
}

function onLine<T>(path: string, { number }: InputLine, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const code = isHeadraceError(error) ? error.code : 'HR_RECORD_UNDECODABLE'
    const what = isHeadraceError(error) ? error.what : messageOf(error)
    throw new HeadraceError(code, `line ${number}: ${what}`, { cause: error, file: path })
  }
}

function jsonRecord(text: string): FileRecord {
  const record: unknown = JSON.parse(text)
  if (typeof record === 'object' && record !== null && !Array.isArray(record)) return record as FileRecord
  throw new HeadraceError('HR_RECORD_MISMATCH', 'it is no JSON object')
}

function csvRecord(heading: readonly string[], cells: readonly string[]): FileRecord {
  if (cells.length === heading.length)
    return Object.fromEntries(heading.map((name, index) => [name, cells[index]]))
  const message = `it has ${cells.length} cells, the heading has ${heading.length}`
  throw new HeadraceError('HR_RECORD_MISMATCH', message)
}

/** Cells may be in quotes, and a quote in them is doubled; a line is a record. */
export function csvCells(line: string): string[] {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  const cells: string[] = []
  for (let at = 0; at <= text.length; at++) {
    const [cell, end] = text[at] === '"' ? quotedCell(text, at) : bareCell(text, at)
    cells.push(cell)
    at = end
  }
  return cells
}

function bareCell(text: string, start: number): [cell: string, end: number] {
  const comma = text.indexOf(',', start)
  const end = comma < 0 ? text.length : comma
  return [text.slice(start, end), end]
}

function quotedCell(text: string, start: number): [cell: string, end: number] {
  let end = text.indexOf('"', start + 1)
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2)
  const isClosed = end >= 0 && (end + 1 === text.length || text[end + 1] === ',')
  if (!isClosed) throw new HeadraceError('HR_RECORD_UNDECODABLE', 'a quote is not closed')
  return [text.slice(start + 1, end).replaceAll('""', '"'), end + 1]
}
