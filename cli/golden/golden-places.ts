import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { GoldenPlace } from '../../backtest/golden/golden-files.ts'
import { expectedDir, ownSlice } from '../../backtest/golden/golden-files.ts'
import { usageError } from '../flags.ts'

/** Where golden tests are looked for, beside the job. */
export const defaultFolder = 'golden'

/** The golden tests in a directory: it is one itself, or those directly in it are. */
export function goldenPlaces(name: string, cwd: string): GoldenPlace[] {
  const dir = resolve(cwd, name)
  if (isGolden(dir)) return [{ name, dir }]
  const inner = existsSync(dir) ? readdirSync(dir).sort() : []
  const found = inner.filter(one => isGolden(join(dir, one)))
  if (found.length > 0) return found.map(one => ({ name: join(name, one), dir: join(dir, one) }))
  throw usageError(
    `there is no golden test in ${name}: \`headrace record <topic> --to ${join(name, 'NAME', ownSlice)}\` records a slice for one`,
  )
}

function isGolden(dir: string): boolean {
  return existsSync(join(dir, ownSlice)) || existsSync(expectedDir({ name: dir, dir }))
}
