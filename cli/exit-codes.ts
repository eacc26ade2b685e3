import { errorCatalog } from '../engine/error-codes.ts'
import type { HeadraceError } from '../engine/errors.ts'

/** What `headrace` exits with. The launcher in bin/ adds 64: no Node here is new enough. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  config: 78,
  aborted: 130,
} as const

/** For --help and the docs. */
export const exitMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.ok, 'done, or stopped by Ctrl-C after a commit'],
  [
    exitCodes.failed,
    'the job failed, `why` found no row, or what `diff`, `golden check` or `audit` has compared differs',
  ],
  [exitCodes.usage, 'the command line is not understood'],
  [64, 'no Node on this machine is new enough'],
  [exitCodes.config, 'the configuration is at fault: a bad value, an unknown topic, a directory in use'],
  [exitCodes.aborted, 'aborted by a second Ctrl-C, without a last commit'],
]

export function exitCodeOf({ code }: HeadraceError): number {
  if (code === 'HR_USAGE') return exitCodes.usage
  return errorCatalog[code].domain === 'config' ? exitCodes.config : exitCodes.failed
}
