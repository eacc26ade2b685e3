import type { Schema } from '../../engine/batch/schema.ts'
import type { PlainRow } from './row-text.ts'

const namingKinds = ['string', 'enum', 'int', 'long', 'bigint', 'timestamp', 'boolean']

/** Columns that tell rows apart: those of `first`, and as many others as it takes. */
export function tellingKey(
  { names, fields }: Schema,
  rows: readonly PlainRow[],
  first: readonly string[],
): string[] {
  const key = [...first]
  const others = names.filter(name => !first.includes(name) && namingKinds.includes(fields[name].kind))
  while (others.length > 0 && (key.length === 0 || !isUnique(rows, key))) key.push(others.shift() as string)
  return key
}

function isUnique(rows: readonly PlainRow[], key: readonly string[]): boolean {
  return new Set(rows.map(row => JSON.stringify(key.map(name => String(row[name]))))).size === rows.length
}
