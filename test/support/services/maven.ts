import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import { MissingError } from './missing.ts'

const FETCH_MS_MAX = 600_000
const run = promisify(execFile)

/** A directory that Maven fills the first time. `name` says what is in it, with its version. */
export async function fromMaven(name: string, goal: readonly string[]): Promise<string> {
  const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'headrace')
  const directory = path.join(cache, name)
  if (existsSync(directory)) return directory
  mkdirSync(cache, { recursive: true })
  const fetched = mkdtempSync(path.join(cache, 'fetching-'))
  try {
    await fetchInto(fetched, goal)
    putInPlace(fetched, directory)
  } finally {
    rmSync(fetched, { recursive: true, force: true })
  }
  return directory
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

/** Another process may have been first: then its jars are as good. */
function putInPlace(fetched: string, directory: string): void {
  try {
    renameSync(fetched, directory)
  } catch (error) {
    if (!existsSync(directory)) throw error
  }
}
