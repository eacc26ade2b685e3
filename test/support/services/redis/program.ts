import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { MissingError } from '../missing.ts'
import type { Program } from '../program.ts'
import { inContainers, programBy, programFile } from '../program.ts'

const run = promisify(execFile)

/** The server, which takes a configuration file. */
export const redisProgram = programBy(
  named,
  inContainers('redis:8.0.2', 'redis-server'),
  onThisMachine,
  installed,
)

async function named(): Promise<Program> {
  const file = process.env.HEADRACE_REDIS_SERVER
  if (!file) throw new MissingError('HEADRACE_REDIS_SERVER names no program')
  return programFile(file)
}

async function onThisMachine(): Promise<Program> {
  await run('redis-server', ['--version']).catch(error => {
    throw new MissingError('redis-server is not installed', { cause: error })
  })
  return programFile('redis-server')
}

/** Only where a whole machine is ours: what the tests need is put there. */
async function installed(): Promise<Program> {
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
