import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { MissingError } from '../missing.ts'
import type { ServerCommand } from '../tethered-process.ts'

/** How the server runs with a configuration file; a container sees this directory alone of all the files. */
export type RedisProgram = (directory: string, configuration: string) => ServerCommand

const image = 'redis:8.0.2'
const run = promisify(execFile)

let found: Promise<RedisProgram> | undefined

export function redisProgram(): Promise<RedisProgram> {
  found ??= find()
  return found
}

async function find(): Promise<RedisProgram> {
  const reasons: string[] = []
  for (const way of [named, inContainers, onThisMachine, installed]) {
    try {
      return await way()
    } catch (error) {
      if (!(error instanceof MissingError)) throw error
      reasons.push(error.message)
    }
  }
  throw new MissingError(reasons.join('; '))
}

async function named(): Promise<RedisProgram> {
  const file = process.env.HEADRACE_REDIS_SERVER
  if (!file) throw new MissingError('HEADRACE_REDIS_SERVER names no program')
  return program(file)
}

async function inContainers(): Promise<RedisProgram> {
  await run('docker', ['info']).catch(error => {
    throw new MissingError('there is no Docker', { cause: error })
  })
  await run('docker', ['pull', '--quiet', image]).catch(error => {
    throw new MissingError(`Docker cannot fetch ${image}`, { cause: error })
  })
  return (directory, configuration) => {
    const container = `headrace-redis-${randomUUID()}`
    const place = [
      '--network',
      'host',
      '--user',
      `${process.getuid?.()}`,
      '--volume',
      `${directory}:${directory}`,
    ]
    const args = ['run', '--rm', '--name', container, ...place, image, 'redis-server', configuration]
    return { command: 'docker', args, container }
  }
}

async function onThisMachine(): Promise<RedisProgram> {
  await run('redis-server', ['--version']).catch(error => {
    throw new MissingError('redis-server is not installed', { cause: error })
  })
  return program('redis-server')
}

/** Only where a whole machine is ours: what the tests need is put there. */
async function installed(): Promise<RedisProgram> {
  if (process.env.CI !== 'true' || process.getuid?.() !== 0) {
    throw new MissingError('it is installed unasked only with CI=true and as root')
  }
  // In that runlevel the package does not start a server of its own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  try {
    await run('apt-get', ['update'], { env })
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], { env })
  } catch (error) {
    throw new MissingError('apt-get cannot install it', { cause: error })
  }
  return onThisMachine()
}

function program(file: string): RedisProgram {
  return (_directory, configuration) => ({ command: file, args: [configuration] })
}
