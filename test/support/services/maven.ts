import { execFile } from 'node:child_process'
import { promisify, stripVTControlCharacters } from 'node:util'
import { cachedDirectory } from './cache.ts'
import { MissingError } from './missing.ts'

const FETCH_MS_MAX = 600_000
const run = promisify(execFile)

/** A directory that Maven fills the first time. `name` says what is in it, with its version. */
export function fromMaven(name: string, goal: readonly string[]): Promise<string> {
  return cachedDirectory(name, directory => fetchInto(directory, goal))
}

async function fetchInto(directory: string, goal: readonly string[]): Promise<void> {
  const args = ['--batch-mode', '--quiet', ...goal, `-DoutputDirectory=${directory}`]
  try {
    // Without a project's file, a goal's notes of what it has done go to where it is run.
    await run('mvn', args, { timeout: FETCH_MS_MAX, cwd: directory })
  } catch (error) {
    throw new MissingError(`Maven cannot fetch its jars (${firstLine(error)})`, { cause: error })
  }
}

/** Maven says on its output what it could not do. */
function firstLine(error: unknown): string {
  const { stdout, message } = error as { readonly stdout?: string; readonly message: string }
  return stripVTControlCharacters(stdout || message)
    .trim()
    .split('\n')[0]
}
