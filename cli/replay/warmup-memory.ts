import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WarmupMemory } from '../../backtest/replay.ts'
import type { Counts } from '../../engine/progress.ts'

/** What a warm-up has counted, in a file beside the results. */
export function warmupMemory(dir: string): WarmupMemory {
  const file = join(dir, 'warmup.json')
  return {
    load: () => {
      try {
        return JSON.parse(readFileSync(file, 'utf8')) as Counts
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
    save: counts => {
      writeFileSync(`${file}.new`, JSON.stringify(counts))
      renameSync(`${file}.new`, file)
    },
  }
}
