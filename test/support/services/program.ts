import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { MissingError } from './missing.ts'
import type { ServerCommand } from './tethered-process.ts'

const run = promisify(execFile)

/** How a server runs with some arguments; a container sees this directory alone of all the files. */
export type Program = (directory: string, args: readonly string[]) => ServerCommand

/** A way to come to a program, which throws a `MissingError` where it is none. */
type Way = () => Promise<Program>

/** The first of the ways that there is, looked for once. */
export function programBy(...ways: readonly Way[]): () => Promise<Program> {
  let found: Promise<Program> | undefined
  return () => {
    found ??= firstOf(ways)
    return found
  }
}

async function firstOf(ways: readonly Way[]): Promise<Program> {
  const reasons: string[] = []
  for (const way of ways) {
    try {
      return await way()
    } catch (error) {
      if (!(error instanceof MissingError)) throw error
      reasons.push(error.message)
    }
  }
  throw new MissingError(reasons.join('; '))
}

/** A file that is run as it is. */
export function programFile(file: string, ...first: readonly string[]): Program {
  return (_directory, args) => ({ command: file, args: [...first, ...args] })
}

/** An image of Docker, in which this is run. */
export function inContainers(image: string, ...command: readonly string[]): Way {
  return async () => {
    await run('docker', ['info']).catch(error => {
      throw new MissingError('there is no Docker', { cause: error })
    })
    await run('docker', ['pull', '--quiet', image]).catch(error => {
      throw new MissingError(`Docker cannot fetch ${image}`, { cause: error })
    })
    return (directory, args) => {
      const container = `headrace-${randomUUID()}`
      const user = ['--user', `${process.getuid?.()}`]
      const place = ['--network', 'host', ...user, '--volume', `${directory}:${directory}`]
      const all = ['run', '--rm', '--name', container, ...place, image, ...command, ...args]
      return { command: 'docker', args: all, container }
    }
  }
}
