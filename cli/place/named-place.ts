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
  const dataDir = resolve(io.cwd, name)
  if (existsSync(dataDir)) return new LogPlace({ ...deployment, dataDir, kafka: undefined })
  throw usageError(
    `there is no directory "${name}"; it has to be a data directory of the embedded log, or ${live}`,
  )
}
