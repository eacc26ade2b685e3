import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorCatalog } from '../engine/error-codes.ts'
import { HeadraceError, messageOf } from '../engine/errors.ts'

/** Folders of Headrace itself: what is thrown there is not the job's line to look at. */
const ownFolders = ['engine', 'operators', 'connectors', 'cli', 'testing', 'test', 'bin'].map(folder =>
  fileURLToPath(new URL(`../${folder}/`, import.meta.url)),
)

/** Anything thrown as one of our errors: what a job's own code throws has no code yet. */
export function asHeadraceError(error: unknown): HeadraceError {
  if (error instanceof HeadraceError) return error
  const code = userLineOf(error) === undefined ? 'HR_INTERNAL' : 'HR_LAMBDA_THREW'
  return new HeadraceError(code, describeThrown(error), { cause: error })
}

export function describeThrown(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : messageOf(error)
}

/** What went wrong, where, and what to do about it; with `verbose` the stacks too. */
export function describeFailure(error: HeadraceError, cwd: string, verbose: boolean): string[] {
  const line = userLineOf(error.cause) ?? userLineOf(error)
  const lines = [error.message]
  if (line !== undefined) lines.push(`  at ${relativeTo(cwd, line)}`)
  lines.push(`  ${error.advice}`)
  if (verbose) lines.push('', ...stacksOf(error))
  else if (error.code === 'HR_INTERNAL') lines.push('  --verbose prints where in Headrace it happened.')
  return lines
}

/** The same as data. */
export function failureRecord(error: HeadraceError): object {
  const { code, message, place, advice, retryable } = error
  return { type: 'error', code, message, ...place, domain: errorCatalog[code].domain, retryable, advice }
}

/** The innermost line of the user's own files in a stack. */
export function userLineOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined
  for (const [, place] of error.stack.matchAll(
    /(?:^|[\s(])(?<place>(?:file:\/\/)?\/[^\s()]+:\d+(?::\d+)?)\)?$/gm,
  )) {
    const path = place.startsWith('file:') ? decodeURI(place.slice('file://'.length)) : place
    const foreign = path.includes('/node_modules/') || ownFolders.some(folder => path.startsWith(folder))
    if (!foreign) return path
  }
  return undefined
}

function relativeTo(cwd: string, path: string): string {
  const short = relative(cwd, path)
  return short.startsWith('..') ? path : short
}

function stacksOf(error: unknown): string[] {
  const stacks: string[] = []
  for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
    stacks.push(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
  }
  return stacks.join('\ncaused by ').split('\n')
}
