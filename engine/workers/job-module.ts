import { HeadraceError } from '../errors.ts'
import type { Job } from '../job.ts'
import { isJob, withAudit } from '../job.ts'
import { withParameters } from '../param.ts'

/** Where a thread finds a job: what a module exports, or what the function that it exports returns. */
export interface JobModule {
  /** The module's URL. */
  readonly module: string
  /** Default: its default export. */
  readonly export?: string
  /** For the function; they are copied from thread to thread. */
  readonly args?: readonly unknown[]
  /** What the job's parameters are set to. */
  readonly parameters?: Readonly<Record<string, string>>
  readonly audit?: boolean
}

/** A module that gives the job as it is here, with its parameters and its audit. */
export function moduleOf(job: Job, module: JobModule): JobModule {
  return { ...module, parameters: job.parameters, audit: job.options.audit === true }
}

export async function loadJobModule({
  module,
  export: name = 'default',
  args = [],
  parameters = {},
  audit = false,
}: JobModule): Promise<Job> {
  const loaded: Record<string, unknown> = await import(module)
  const exported = loaded[name]
  const job = typeof exported === 'function' ? exported(...args) : exported
  if (isJob(job)) return withParameters(audit ? withAudit(job) : job, parameters)
  throw new HeadraceError('HR_JOB_FILE', `its export "${name}" gives no job`, { file: module })
}
