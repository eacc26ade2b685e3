import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

/** A directory of the user's cache, outside of the repository, that is filled the first time that it is asked for. */
export async function cachedDirectory(
  name: string,
  fill: (directory: string) => Promise<void>,
): Promise<string> {
  const directory = cachePath(name)
  if (existsSync(directory)) return directory
  mkdirSync(path.dirname(directory), { recursive: true })
  const filled = mkdtempSync(path.join(path.dirname(directory), 'fetching-'))
  try {
    await fill(filled)
    putInPlace(filled, directory)
  } finally {
    rmSync(filled, { recursive: true, force: true })
  }
  return directory
}

export function cachePath(name: string): string {
  return path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'headrace', name)
}

/** Another process may have been first: then what it has is as good. */
function putInPlace(filled: string, directory: string): void {
  try {
    renameSync(filled, directory)
  } catch (error) {
    if (!existsSync(directory)) throw error
  }
}
