import { HeadraceError } from '../engine/errors.ts'
import { hashKey } from '../engine/stores/hash.ts'
import type { WrittenHash } from '../engine/stores/hash-store.ts'
import type { InputLine } from './input-lines.ts'

/** A line with one JSON object, as the hash of the entity that one of its fields names. */
export function hashOfLine({ number, text }: InputLine, key: string, entityField: string): WrittenHash {
  const wrong = (message: string) =>
    new HeadraceError('HR_VALUE_UNENCODABLE', `line ${number} of the input: ${message}`)
  const row = parsed(text, wrong)
  const { [entityField]: entity, ...fields } = row
  if (typeof entity !== 'string') throw wrong(`it has no text or number "${entityField}"`)
  const nested = Object.keys(fields).find(name => typeof fields[name] === 'object' && fields[name] !== null)
  if (nested !== undefined) throw wrong(`"${nested}" is neither a text, a number, true, false nor null`)
  if (Object.keys(fields).length === 0) throw wrong(`it has nothing beside "${entityField}"`)
  return { key: hashKey({ name: key }, entity), fields: fields as WrittenHash['fields'] }
}

/** Numbers with the digits that they are written with: some have more than a number can hold. */
function parsed(text: string, wrong: (message: string) => HeadraceError): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text, (_, part: unknown, context?: { readonly source?: string }) =>
      typeof part === 'number' || typeof part === 'boolean' ? (context?.source ?? String(part)) : part,
    )
  } catch {
    throw wrong('it is no JSON')
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw wrong('it is no JSON object')
}
