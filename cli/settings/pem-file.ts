import { readFileSync } from 'node:fs'
import { HeadraceError, messageOf } from '../../engine/errors.ts'
import type { Setting } from './setting.ts'

const names = ['ca', 'cert', 'key'] as const

/** The texts of the files that `<group>.ca`, `.cert` and `.key` name; undefined where there are none. */
export function pemFiles(
  settings: Readonly<Record<string, Setting<unknown>>>,
  values: Readonly<Record<string, unknown>>,
  group: string,
): Partial<Record<(typeof names)[number], string>> | undefined {
  const files = names.flatMap(name => {
    const key = `${group}.${name}`
    const file = values[key]
    return file === undefined ? [] : [[name, readPem(`${key} (${settings[key].env})`, String(file))]]
  })
  return files.length === 0 ? undefined : Object.fromEntries(files)
}

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
