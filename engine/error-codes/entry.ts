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

export function entry(domain: ErrorDomain, meaning: string, advice: string, retryable = false): ErrorEntry {
  return { domain, retryable, meaning, advice }
}
