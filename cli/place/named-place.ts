import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Deployment } from '../config.ts'
import { usageError } from '../flags.ts'
import type { Io } from '../io.ts'
import { LogPlace } from './log-place.ts'
import type { Tell } from './open-place.ts'
import { openPlace } from './open-place.ts'
import type { Place } from './place.ts'

/** How the deployment's own place is called. */
export const live = 'live'

/** The deployment's own place, or a data directory of the embedded log. */
export async function openNamed(name: string, deployment: Deployment, io: Io, tell?: Tell): Promise<Place> {
  if (name === live) return openPlace(deployment, io, tell)
  assertNamed(name, io)
  return new LogPlace({ ...deployment, dataDir: resolve(io.cwd, name), kafka: undefined })
}

/** Throws where there is no such place. */
export function assertNamed(name: string, { cwd }: Io): void {
  if (name === live || existsSync(resolve(cwd, name))) return
  throw usageError(
    `there is no directory "${name}"; it has to be a data directory of the embedded log, or ${live}`,
  )
}
