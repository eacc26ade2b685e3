/** Who can mend it: the author of the job, whoever deploys it, whoever sends the data, the outside system, or us. */
export type ErrorDomain = 'job' | 'config' | 'data' | 'external' | 'internal'

export interface ErrorEntry {
  readonly domain: ErrorDomain
  readonly retryable: boolean
  /** What it means, one sentence. */
  readonly meaning: string
  /** What to do about it, one or two sentences. */
  readonly advice: string
}

const entry = (domain: ErrorDomain, meaning: string, advice: string, retryable = false): ErrorEntry => ({
  domain,
  retryable,
  meaning,
  advice,
})

/** Every code there is. docs/errors.md is generated from this table. Keep it sorted. */
export const errorCatalog = {
  HR_CONFIG_INVALID: entry(
    'config',
    'A configuration value is missing, unknown or out of range.',
    'The message names the key and the allowed values; correct headrace.config.ts, the flag or the environment variable.',
  ),
  HR_INTERNAL: entry(
    'internal',
    'An invariant of the engine does not hold.',
    'This is a bug in Headrace: please report it with the message and, if you can, the job.',
  ),
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorCatalog
