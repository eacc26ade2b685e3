import type { Field } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { FileRecord } from '../judge/labels.ts'
import { timeOf } from '../judge/labels.ts'

/** A record of what was to be known at a time: whose features, and when. */
export interface Label {
  /** Milliseconds. */
  readonly time: number
  /** All of its columns, as in the file. */
  readonly record: FileRecord
}

/** The time that a record has in a column. */
export function labelTime(record: FileRecord, column: string): number {
  return Math.floor(timeOf(present(record, column)))
}

/** Whose features are meant, as text: stores know entities by it. */
export function entityOf(record: FileRecord, column: string, { kind }: Field): string {
  const value = present(record, column)
  const text = typeof value === 'object' || typeof value === 'boolean' ? '' : String(value)
  const isText = kind === 'string' || kind === 'enum'
  if (isText && text !== '') return text
  if (!isText && /^-?\d+$/.test(text)) return String(BigInt(text))
  const message = `"${column}" is ${JSON.stringify(value)}, and the entity of the view is of type ${kind}`
  throw new HeadraceError('HR_EXPORT_LABELS', message)
}

function present(record: FileRecord, column: string): unknown {
  const value = record[column]
  if (value !== undefined && value !== null && value !== '') return value
  const what =
    value === undefined
      ? `has no "${column}"; it has ${Object.keys(record).join(', ')}`
      : `has "${column}" empty`
  throw new HeadraceError('HR_EXPORT_LABELS', `the label ${what}`)
}
