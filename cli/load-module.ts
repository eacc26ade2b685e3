import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ErrorCode } from '../engine/error-codes.ts'
import { HeadraceError } from '../engine/errors.ts'
import { describeThrown } from './failure.ts'

/** The path of a file that has to be there. */
export function existingFile(file: string, cwd: string, code: ErrorCode, what: string): string {
  const path = resolve(cwd, file)
  if (existsSync(path)) return path
  throw new HeadraceError(code, `there is no such file for ${what}`, { file: path })
}

/** The default export of a user's file. `what` names it in errors: a job, a configuration. */
export async function loadDefault(
  file: string,
  cwd: string,
  code: ErrorCode,
  what: string,
): Promise<unknown> {
  const path = existingFile(file, cwd, code, what)
  let loaded: { readonly default?: unknown }
  try {
    loaded = await import(pathToFileURL(path).href)
  } catch (error) {
    if (error instanceof HeadraceError) throw error
    throw new HeadraceError(code, `it cannot be loaded: ${describeThrown(error)}${hintFor(error)}`, {
      file: path,
      cause: error,
    })
  }
  if (loaded.default === undefined) {
    const names = Object.keys(loaded)
    const found = names.length === 0 ? 'it exports nothing' : `it exports only ${names.join(', ')}`
    throw new HeadraceError(code, `the file has no default export, which would be ${what}: ${found}`, {
      file: path,
    })
  }
  return loaded.default
}

/** What `npm init` leaves behind is a package of CommonJS modules. */
function hintFor(error: unknown): string {
  const isCommonJs =
    error instanceof SyntaxError && /outside a module|Unexpected token 'export'/.test(error.message)
  return isCommonJs ? '; its package.json has to say "type": "module": `npm pkg set type=module`' : ''
}
