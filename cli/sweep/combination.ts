import { join } from 'node:path'
import type { Plan } from '../../engine/graph/plan.ts'
import { closePlan } from '../../engine/graph/plan.ts'
import type { Job } from '../../engine/job.ts'
import { withParameters } from '../../engine/param.ts'
import { planJob } from '../load-job.ts'
import type { Point } from './grid.ts'
import { directoryName } from './grid.ts'

/** A replay of a sweep: a job with its parameters set, and where its results go. */
export interface Combination {
  readonly point: Point
  readonly name: string
  readonly dir: string
  readonly planned: Plan
}

/** Builds the job with each of the points, so that what does not fit is found before anything runs. */
export function combinationsOf(job: Job, grid: readonly Point[], out: string): Combination[] {
  return grid.map(point => {
    const planned = planJob(withParameters(job, point))
    closePlan(planned)
    const name = directoryName(point)
    return { point, name, dir: join(out, name), planned }
  })
}
