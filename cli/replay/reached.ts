import { readJobState } from '../../connectors/log/job-state.ts'
import { newestTasks, readRecords } from '../stored-state.ts'

/** Event times that the tasks of a job have come to; infinite where there were no records. */
export interface Reached {
  /** The latest of any record: what was given is not later. */
  readonly latest: number
  /** What all tasks have passed: what is still to be given is not earlier. */
  readonly passed: number
}

export function reachedIn(dataDir: string, job: string): Reached {
  const tasks = newestTasks(readRecords(readJobState(dataDir, job), job))
  const latest = tasks.flatMap(({ inputs }) => inputs.map(({ maxTime }) => Number(maxTime)))
  const passed = tasks.map(({ watermark }) => Number(watermark)).filter(Number.isFinite)
  return {
    latest: Math.max(...latest.filter(Number.isFinite)),
    passed: Math.min(...passed),
  }
}
