import { HeadraceError } from '../errors.ts'
import type { Job } from '../job.ts'
import { isJob } from '../job.ts'

/** Where a thread finds a job: what a module exports, or what the function that it exports returns. */
export interface JobModule {
  /** The module's URL. */
  readonly module: string
  /** Default: its default export. */
  readonly export?: string
  /** For the function; they are copied from thread to thread. */
  readonly args?: readonly unknown[]
}

export async function loadJobModule({
  module,
  export: name = 'default',
  args = [],
}: JobModule): Promise<Job> {
  const loaded: Record<string, unknown> = await import(module)
  const exported = loaded[name]
  const job = typeof exported === 'function' ? exported(...args) : exported
  if (isJob(job)) return job
  throw new HeadraceError('HR_JOB_FILE', `its export "${name}" gives no job`, { file: module })
}
