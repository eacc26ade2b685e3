import { HeadraceError } from '../engine/errors.ts'
import type { Job } from '../engine/job.ts'
import { withAudit } from '../engine/job.ts'
import { withParameters } from '../engine/param.ts'
import type { Option } from './command.ts'
import { readConfigFile } from './config.ts'
import type { Flags } from './flags.ts'
import { usageError } from './flags.ts'
import type { Io } from './io.ts'
import { loadJob } from './load-job.ts'

/** Options of the commands that build a job. */
export const parameterOptions: Readonly<Record<string, Option>> = {
  set: { value: 'NAME=VALUE', multiple: true, help: 'set a parameter of the job' },
}

/** The job of a file, with its parameters as the command line and the configuration set them. */
export async function loadSetJob(file: string, flags: Flags, io: Io): Promise<Job> {
  const set = withParameters(await loadConfiguredJob(file, flags, io), setFlags(flags))
  return flags.on('audit') ? withAudit(set) : set
}

/** The same as the configuration alone sets them. */
export async function loadConfiguredJob(file: string, flags: Flags, io: Io): Promise<Job> {
  return withParameters(await loadJob(file, io.cwd), await fileParameters(flags, io))
}

/** What `parameters` in the configuration sets. */
async function fileParameters(flags: Flags, io: Io): Promise<Record<string, string>> {
  const { file, given } = await readConfigFile(flags, io)
  const { parameters = {} } = given
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
    const message = `parameters in ${file} has to be an object: { name: value }`
    throw new HeadraceError('HR_CONFIG_INVALID', message)
  }
  const isValue = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)
  const entries = Object.entries(parameters as Record<string, unknown>)
  const bad = entries.find(([, value]) => !isValue(value))
  if (bad !== undefined) {
    const message = `parameters.${bad[0]} in ${file} is ${JSON.stringify(bad[1])}; allowed: a text, a number, true, false`
    throw new HeadraceError('HR_CONFIG_INVALID', message)
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}

/** What the command line sets. */
export function setFlags(flags: Flags): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { name, value } of flags.list('set').map(pairOf)) {
    if (Object.hasOwn(found, name)) throw usageError(`--set gives ${name} twice`)
    found[name] = value
  }
  return found
}

/** The two halves of `name=value`. */
export function pairOf(text: string): { name: string; value: string } {
  const at = text.indexOf('=')
  if (at > 0) return { name: text.slice(0, at), value: text.slice(at + 1) }
  throw usageError(`--set is "${text}"; allowed: a parameter and its value, as lateness=5s`)
}
