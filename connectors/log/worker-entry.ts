import type { WorkerEntry } from '../../engine/workers/pool.ts'
import type { LogHomeOptions } from './config.ts'

/** What lets worker threads read the topics of a data folder. */
export function logWorkers(homeOptions: Omit<LogHomeOptions, 'files'>): WorkerEntry {
  // No import, so that the compiler leaves the extension as it is.
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
  return { module: new URL(file, import.meta.url), homeOptions }
}
