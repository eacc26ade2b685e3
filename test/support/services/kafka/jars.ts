import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MissingError } from '../missing.ts'

export const kafkaVersion = process.env.KAFKA_VERSION ?? '4.1.2'

const FETCH_MS_MAX = 600_000
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
const pom = fileURLToPath(new URL('pom.xml', import.meta.url))
const run = promisify(execFile)

/** The directory of the jars; Maven fetches them the first time. */
export async function kafkaJars(): Promise<string> {
  const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'headrace')
  const contents = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 8)
  const directory = path.join(cache, `kafka-${kafkaVersion}-${contents}`)
  if (existsSync(directory)) return directory
  mkdirSync(cache, { recursive: true })
  const fetched = mkdtempSync(path.join(cache, 'fetching-'))
  try {
    await fetchInto(fetched)
    putInPlace(fetched, directory)
  } finally {
    rmSync(fetched, { recursive: true, force: true })
  }
  return directory
}

async function fetchInto(directory: string): Promise<void> {
  const options = [
    `-Dkafka.version=${kafkaVersion}`,
    `-DoutputDirectory=${directory}`,
    '-DincludeScope=runtime',
  ]
  try {
    await run('mvn', ['--batch-mode', '--quiet', '--file', pom, plugin, ...options], {
      timeout: FETCH_MS_MAX,
    })
  } catch (error) {
    throw new MissingError(`Maven cannot fetch its jars (${firstLine(error)})`, { cause: error })
  }
}

/** Maven says on its output what it could not do. */
function firstLine(error: unknown): string {
  const { stdout, message } = error as { readonly stdout?: string; readonly message: string }
  return (stdout || message).trim().split('\n')[0]
}

/** Another process may have been first: then its jars are as good. */
function putInPlace(fetched: string, directory: string): void {
  try {
    renameSync(fetched, directory)
  } catch (error) {
    if (!existsSync(directory)) throw error
  }
}
