import { readFileSync } from 'node:fs'
import { HeadraceError, messageOf } from '../../engine/errors.ts'

/** The text of a PEM file, and that it is one; `named` is the setting, for messages. */
export function readPem(named: string, file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw invalid(`${named} names a file that cannot be read: ${messageOf(error)}`)
  }
  if (text.includes('-----BEGIN ')) return text
  throw invalid(`${named} names ${file}, which is no PEM file: it has no line with BEGIN`)
}

function invalid(message: string): HeadraceError {
  return new HeadraceError('HR_CONFIG_INVALID', message)
}
