import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { cachePath } from '../cache.ts'
import { MissingError } from '../missing.ts'
import type { ServerCommand } from '../tethered-process.ts'
import { builtInfluxd, builtName } from './build.ts'
import { influxVersion } from './version.ts'

/** How the server runs, given its options; a container sees this directory alone of all the files. */
export type InfluxProgram = (directory: string, options: readonly string[]) => ServerCommand

const run = promisify(execFile)

let found: Promise<InfluxProgram> | undefined

export function influxProgram(): Promise<InfluxProgram> {
  found ??= find()
  return found
}

async function find(): Promise<InfluxProgram> {
  const reasons: string[] = []
  for (const way of [named, inContainers, built]) {
    try {
      return await way()
    } catch (error) {
      if (!(error instanceof MissingError)) throw error
      reasons.push(error.message)
    }
  }
  throw new MissingError(reasons.join('; '))
}

async function named(): Promise<InfluxProgram> {
  const file = process.env.HEADRACE_INFLUXD
  if (!file || file === 'build') throw new MissingError('HEADRACE_INFLUXD names no program')
  return program(file)
}

async function inContainers(): Promise<InfluxProgram> {
  await run('docker', ['info']).catch(error => {
    throw new MissingError('there is no Docker', { cause: error })
  })
  const image = `influxdb:${influxVersion}`
  await run('docker', ['pull', '--quiet', image]).catch(error => {
    throw new MissingError(`Docker cannot fetch ${image}`, { cause: error })
  })
  return (directory, options) => {
    const container = `headrace-influx-${randomUUID()}`
    const user = ['--user', `${process.getuid?.()}`, '--volume', `${directory}:${directory}`]
    const args = [
      'run',
      '--rm',
      '--name',
      container,
      '--network',
      'host',
      ...user,
      image,
      'influxd',
      ...options,
    ]
    return { command: 'docker', args, container }
  }
}

/** It takes minutes the first time, so that it is not begun unasked. */
async function built(): Promise<InfluxProgram> {
  const wanted = process.env.CI === 'true' || process.env.HEADRACE_INFLUXD === 'build'
  if (!wanted && !existsSync(cachePath(builtName))) {
    throw new MissingError('it is not built here yet (HEADRACE_INFLUXD=build does)')
  }
  return program(await builtInfluxd())
}

function program(file: string): InfluxProgram {
  return (_directory, options) => ({ command: file, args: options })
}
