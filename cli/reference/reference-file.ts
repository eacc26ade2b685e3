import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { HeadraceError } from '../../engine/errors.ts'
import type { Reference } from '../../operators/drift/reference.ts'
import { checkReference } from '../../operators/drift/reference.ts'

/** A line for each field, so that a version control shows which of them have changed. */
export function referenceText({ fields, ...head }: Reference): string {
  const lines = Object.entries(fields).map(
    ([name, field]) => `    ${JSON.stringify(name)}: ${JSON.stringify(field)}`,
  )
  const begin = Object.entries(head).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},`,
  )
  return ['{', ...begin, '  "fields": {', lines.join(',\n'), '  }', '}', ''].join('\n')
}

export function writeReference(path: string, reference: Reference): void {
  writeFileSync(`${path}.new`, referenceText(reference))
  renameSync(`${path}.new`, path)
}

export function readReference(file: string): Reference {
  let read: unknown
  try {
    read = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new HeadraceError('HR_REFERENCE_INVALID', 'it cannot be read', { cause, file })
  }
  return checkReference(read, { file })
}
