import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WarmupMemory } from '../../backtest/replay.ts'
import { listJobStates } from '../../connectors/log/job-state.ts'
import type { Counts } from '../../engine/progress.ts'
import { reachedIn } from './reached.ts'

interface Remembered {
  readonly counts: Counts
  /** The latest event time that the state knows; null where there were no records. */
  readonly latest: number | null
}

/** What a warm-up has counted, or the job before a checkpoint, in a file beside the results. */
export function warmupMemory(dir: string): WarmupMemory {
  return {
    load: () => remembered(dir)?.counts,
    save: counts => {
      const [job] = listJobStates(dir)
      const latest = job === undefined ? Number.NaN : reachedIn(dir, job).latest
      const file = fileIn(dir)
      writeFileSync(`${file}.new`, JSON.stringify({ counts, latest } satisfies Remembered))
      renameSync(`${file}.new`, file)
    },
  }
}

/** The latest event time that was reached before the records that count; undefined where none were read before. */
export function reachedBefore(dir: string): number | undefined {
  return remembered(dir)?.latest ?? undefined
}

function remembered(dir: string): Remembered | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(dir), 'utf8')) as Remembered
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function fileIn(dir: string): string {
  return join(dir, 'warmup.json')
}
