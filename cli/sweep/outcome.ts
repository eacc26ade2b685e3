import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metrics } from './metrics.ts'

const file = 'outcome.json'

/** What was measured of a replay that is complete; undefined where it is not. */
export function readOutcome(dir: string): Metrics | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, file), 'utf8')) as Metrics
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export function writeOutcome(dir: string, metrics: Metrics): void {
  const path = join(dir, file)
  writeFileSync(`${path}.new`, `${JSON.stringify(metrics, null, 2)}\n`)
  renameSync(`${path}.new`, path)
}
