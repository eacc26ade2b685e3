import { resolve } from 'node:path'
import { HeadraceError, isHeadraceError } from '../engine/errors.ts'
import type { Plan } from '../engine/graph/plan.ts'
import { plan } from '../engine/graph/plan.ts'
import type { Job } from '../engine/job.ts'
import { isJob } from '../engine/job.ts'
import { describeThrown, userLineOf } from './failure.ts'
import { loadDefault } from './load-module.ts'

export async function loadJob(file: string, cwd: string): Promise<Job> {
  const loaded = await loadDefault(file, cwd, 'HR_JOB_FILE', 'a job')
  if (isJob(loaded)) return loaded
  throw new HeadraceError('HR_JOB_FILE', 'its default export is not what job() returns', {
    file: resolve(cwd, file),
  })
}

/** The job's graph, with every mistake in it that can be found without data. */
export function planJob(job: Job): Plan {
  try {
    return plan(job)
  } catch (error) {
    if (isHeadraceError(error) || userLineOf(error) === undefined) throw error
    const message = `the job's build function threw ${describeThrown(error)}`
    throw new HeadraceError('HR_BUILD_THREW', message, { job: job.name, cause: error })
  }
}

/** A job's name, given as such or as its file. */
export async function jobName(nameOrFile: string, cwd: string): Promise<string> {
  return isFile(nameOrFile) ? (await loadJob(nameOrFile, cwd)).name : nameOrFile
}

/** Whether a job is given as its file. */
export function isFile(nameOrFile: string): boolean {
  return /\.[cm]?[jt]s$/.test(nameOrFile)
}
