import { existsSync } from 'node:fs'
import { cachePath } from '../cache.ts'
import { MissingError } from '../missing.ts'
import type { Program } from '../program.ts'
import { inContainers, programBy, programFile } from '../program.ts'
import { builtInfluxd, builtName } from './build.ts'
import { influxVersion } from './version.ts'

/** The server, which takes options. */
export const influxProgram = programBy(named, inContainers(`influxdb:${influxVersion}`, 'influxd'), built)

async function named(): Promise<Program> {
  const file = process.env.HEADRACE_INFLUXD
  if (!file || file === 'build') throw new MissingError('HEADRACE_INFLUXD names no program')
  return programFile(file)
}

/** It takes minutes the first time, so that it is not begun unasked. */
async function built(): Promise<Program> {
  const wanted = process.env.CI === 'true' || process.env.HEADRACE_INFLUXD === 'build'
  if (!wanted && !existsSync(cachePath(builtName))) {
    throw new MissingError('it is not built here yet (HEADRACE_INFLUXD=build does)')
  }
  return programFile(await builtInfluxd())
}
